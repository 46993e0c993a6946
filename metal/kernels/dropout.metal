// Zeroes the units whose hash is below the threshold and scales the others.
#include "metal/kernels/place.h"
#include "sparsegrow/backend/dropout_mask.h"

using namespace sparsegrow;

// One thread for each row and lane.
kernel void dropout_tile_f32(device const int32_t* plan [[buffer(0)]],
                             device float* panel [[buffer(1)]],
                             constant DropoutArguments& a [[buffer(2)]],
                             uint2 at [[thread_position_in_grid]]) {
  const Place place = place_of(at, a.panel.batch);
  if (place.item >= a.rows) return;
  const int32_t row = plan[a.first + place.item];
  const uint32_t column = uint32_t(place.tile * kTileWidth + place.lane);
  const bool dropped = dropout_hash(dropout_row(a.of_call, row), column) < a.threshold;
  const int64_t element = element_of(a.panel, place, row);
  panel[element] = dropped ? 0.0f : panel[element] * a.scale;
}
