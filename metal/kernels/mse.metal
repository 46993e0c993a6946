// Mean squared error of a sample, and its gradient.
#include "metal/kernels/place.h"

using namespace sparsegrow;

// One thread for each lane of a tile. a and d may be one panel.
kernel void mse_tile_f32(device const float* outputs [[buffer(0)]],
                         device const float* targets [[buffer(1)]], device float* d [[buffer(2)]],
                         device float* losses [[buffer(3)]], constant MseArguments& a [[buffer(4)]],
                         uint2 at [[thread_position_in_grid]]) {
  const Place place = place_of(at, a.a.batch);
  if (place.item > 0) return;
  const int64_t from = element_of(a.a, place, a.first_row);
  const int64_t wanted = element_of(a.targets, place, 0);
  const int64_t to = element_of(a.d, place, a.first_row);
  const bool padding = place.lane >= place.valid;
  float sum = 0.0f;
  for (int32_t r = 0; r < a.outputs; ++r) {
    const int64_t offset = int64_t(r) * place.width;
    const float error = outputs[from + offset] - targets[wanted + offset];
    sum += error * error;
    d[to + offset] = padding ? 0.0f : error * a.scale;
  }
  if (!padding) losses[place.tile * kTileWidth + place.lane] = sum * a.inverse_outputs;
}
