// Between samples in rows and a panel.
#include "metal/kernels/place.h"

using namespace sparsegrow;

// One thread for each feature and lane; padding gets zero.
kernel void pack_tile_f32(device const float* samples [[buffer(0)]],
                          device float* panel [[buffer(1)]],
                          constant PackArguments& a [[buffer(2)]],
                          uint2 at [[thread_position_in_grid]]) {
  const Place place = place_of(at, a.panel.batch);
  if (place.item >= a.features) return;
  const int64_t sample = place.tile * kTileWidth + place.lane;
  panel[element_of(a.panel, place, a.first_row + place.item)] =
      place.lane < place.valid ? samples[sample * a.features + place.item] : 0.0f;
}

kernel void unpack_tile_f32(device const float* panel [[buffer(0)]],
                            device float* samples [[buffer(1)]],
                            constant PackArguments& a [[buffer(2)]],
                            uint2 at [[thread_position_in_grid]]) {
  const Place place = place_of(at, a.panel.batch);
  if (place.item >= a.features || place.lane >= place.valid) return;
  const int64_t sample = place.tile * kTileWidth + place.lane;
  samples[sample * a.features + place.item] =
      panel[element_of(a.panel, place, a.first_row + place.item)];
}
