// dx[s] = sum over the edges e out of source s: values[position[e]] * dy[column[e]], where column
// is the edge's target.
#include "metal/kernels/place.h"

using namespace sparsegrow;

// One thread for each row and sample.
kernel void spmm_t_tile_f32(device const int32_t* row_begin [[buffer(0)]],
                            device const int32_t* column [[buffer(1)]],
                            device const int32_t* plan [[buffer(2)]],
                            device const int32_t* position [[buffer(3)]],
                            device const float* values [[buffer(4)]],
                            device const float* dy [[buffer(5)]], device float* dx [[buffer(6)]],
                            constant SpmmArguments& a [[buffer(7)]],
                            uint2 at [[thread_position_in_grid]]) {
  const Place place = place_of(at, a.y.batch);
  if (place.item >= a.rows) return;
  const int32_t row = plan[a.first + place.item];
  const int64_t in = element_of(a.x, place, 0);
  float sum = 0.0f;
  for (int32_t e = row_begin[row]; e < row_begin[row + 1]; ++e) {
    sum = metal::fma(values[position[e]], dy[in + int64_t(column[e]) * place.width], sum);
  }
  dx[element_of(a.y, place, row)] = sum;
}

// Batch 1, short rows: one thread for each row.
kernel void spmm_t_scalar_f32(device const int32_t* row_begin [[buffer(0)]],
                              device const int32_t* column [[buffer(1)]],
                              device const int32_t* plan [[buffer(2)]],
                              device const int32_t* position [[buffer(3)]],
                              device const float* values [[buffer(4)]],
                              device const float* dy [[buffer(5)]], device float* dx [[buffer(6)]],
                              constant SpmmArguments& a [[buffer(7)]],
                              uint at [[thread_position_in_grid]]) {
  if (int32_t(at) >= a.rows) return;
  const int32_t row = plan[a.first + int32_t(at)];
  float sum = 0.0f;
  for (int32_t e = row_begin[row]; e < row_begin[row + 1]; ++e) {
    sum = metal::fma(values[position[e]], dy[column[e]], sum);
  }
  dx[row] = sum;
}

// Batch 1, long rows: one SIMD-group for each row, which reads 32 edges at a time.
kernel void spmm_t_vector_f32(
    device const int32_t* row_begin [[buffer(0)]], device const int32_t* column [[buffer(1)]],
    device const int32_t* plan [[buffer(2)]], device const int32_t* position [[buffer(3)]],
    device const float* values [[buffer(4)]], device const float* dy [[buffer(5)]],
    device float* dx [[buffer(6)]], constant SpmmArguments& a [[buffer(7)]],
    uint at [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
  const int32_t item = int32_t(at) / kTileWidth;
  if (item >= a.rows) return;
  const int32_t row = plan[a.first + item];
  float sum = 0.0f;
  for (int32_t e = row_begin[row] + int32_t(lane); e < row_begin[row + 1]; e += kTileWidth) {
    sum = metal::fma(values[position[e]], dy[column[e]], sum);
  }
  sum = metal::simd_sum(sum);
  if (lane == 0) dx[row] = sum;
}
