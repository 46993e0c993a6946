// y[r] = bias[r] + sum over the edges e of row r: values[e] * x[column[e]].
#include "metal/kernels/place.h"

using namespace sparsegrow;

// One thread for each row and sample.
kernel void spmm_tile_f32(device const int32_t* row_begin [[buffer(0)]],
                          device const int32_t* column [[buffer(1)]],
                          device const int32_t* plan [[buffer(2)]],
                          device const float* values [[buffer(3)]],
                          device const float* bias [[buffer(4)]],
                          device const float* x [[buffer(5)]], device float* y [[buffer(6)]],
                          constant SpmmArguments& a [[buffer(7)]],
                          uint2 at [[thread_position_in_grid]]) {
  const Place place = place_of(at, a.y.batch);
  if (place.item >= a.rows) return;
  const int32_t row = plan[a.first + place.item];
  const int64_t out = element_of(a.y, place, row);
  const int64_t in = element_of(a.x, place, 0);
  float sum = a.adds ? y[out] : a.has_bias ? bias[row] : 0.0f;
  for (int32_t e = row_begin[row]; e < row_begin[row + 1]; ++e) {
    sum = metal::fma(values[e], x[in + int64_t(column[e]) * place.width], sum);
  }
  y[out] = sum;
}

// Batch 1, short rows: one thread for each row.
kernel void spmm_scalar_f32(device const int32_t* row_begin [[buffer(0)]],
                            device const int32_t* column [[buffer(1)]],
                            device const int32_t* plan [[buffer(2)]],
                            device const float* values [[buffer(3)]],
                            device const float* bias [[buffer(4)]],
                            device const float* x [[buffer(5)]], device float* y [[buffer(6)]],
                            constant SpmmArguments& a [[buffer(7)]],
                            uint at [[thread_position_in_grid]]) {
  if (int32_t(at) >= a.rows) return;
  const int32_t row = plan[a.first + int32_t(at)];
  float sum = a.adds ? y[row] : a.has_bias ? bias[row] : 0.0f;
  for (int32_t e = row_begin[row]; e < row_begin[row + 1]; ++e) {
    sum = metal::fma(values[e], x[column[e]], sum);
  }
  y[row] = sum;
}

// Batch 1, long rows: one SIMD-group for each row, which reads 32 edges at a time.
kernel void spmm_vector_f32(
    device const int32_t* row_begin [[buffer(0)]], device const int32_t* column [[buffer(1)]],
    device const int32_t* plan [[buffer(2)]], device const float* values [[buffer(3)]],
    device const float* bias [[buffer(4)]], device const float* x [[buffer(5)]],
    device float* y [[buffer(6)]], constant SpmmArguments& a [[buffer(7)]],
    uint at [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
  const int32_t item = int32_t(at) / kTileWidth;
  if (item >= a.rows) return;
  const int32_t row = plan[a.first + item];
  float sum = 0.0f;
  for (int32_t e = row_begin[row] + int32_t(lane); e < row_begin[row + 1]; e += kTileWidth) {
    sum = metal::fma(values[e], x[column[e]], sum);
  }
  sum = metal::simd_sum(sum);
  if (lane == 0) y[row] = sum + (a.adds ? y[row] : a.has_bias ? bias[row] : 0.0f);
}
