// out[r] = sum over the batch of panel[r].
#include "metal/kernels/place.h"

using namespace sparsegrow;

// One SIMD-group for each row, its lanes over the samples.
kernel void row_sum_tile_f32(device const float* panel [[buffer(0)]],
                             device float* out [[buffer(1)]],
                             constant RowSumArguments& a [[buffer(2)]],
                             uint at [[thread_position_in_grid]],
                             uint lane [[thread_index_in_simdgroup]]) {
  const int32_t row = a.first_row + int32_t(at / kTileWidth);
  if (row >= a.panel.rows) return;
  const int32_t tiles = tile_count(a.panel.batch);
  float sum = 0.0f;
  for (int32_t t = 0; t < tiles; ++t) {
    if (t * kTileWidth + int32_t(lane) >= a.panel.batch) continue;
    sum += panel[tile_offset(a.panel, t, row) + lane];
  }
  sum = metal::simd_sum(sum);
  if (lane == 0) out[row] = sum;
}
