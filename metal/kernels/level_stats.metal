// Sum, sum of squares, largest magnitude and count of zeros of each row, padding left out.
#include "metal/kernels/place.h"

using namespace sparsegrow;

// One SIMD-group for each row, its lanes over the samples. A NaN is no magnitude.
kernel void level_stats_tile_f32(device const int32_t* plan [[buffer(0)]],
                                 device const float* panel [[buffer(1)]],
                                 device RowStats* stats [[buffer(2)]],
                                 constant StatsArguments& a [[buffer(3)]],
                                 uint at [[thread_position_in_grid]],
                                 uint lane [[thread_index_in_simdgroup]]) {
  const int32_t item = int32_t(at / kTileWidth);
  if (item >= a.rows) return;
  const int32_t row = plan[item];
  const int32_t tiles = tile_count(a.panel.batch);
  RowStats own = {0.0f, 0.0f, 0.0f, 0};
  for (int32_t t = 0; t < tiles; ++t) {
    if (t * kTileWidth + int32_t(lane) >= a.panel.batch) continue;
    const float here = panel[tile_offset(a.panel, t, row) + lane];
    const float size = metal::fabs(here);
    own.sum += here;
    own.square = metal::fma(here, here, own.square);
    if (size > own.largest) own.largest = size;
    if (here == 0.0f) ++own.zeros;
  }
  own.sum = metal::simd_sum(own.sum);
  own.square = metal::simd_sum(own.square);
  own.largest = metal::simd_max(own.largest);
  own.zeros = metal::simd_sum(own.zeros);
  if (lane == 0) stats[item] = own;
}
