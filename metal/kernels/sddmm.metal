// dvalues[e] = sum over the batch of x[source of e] * dy[target of e].
#include "metal/kernels/place.h"

using namespace sparsegrow;

// One SIMD-group for 32 edges: its lanes run over the samples of one edge after another, lane k
// keeps the sum of edge k, and all 32 are written at once.
kernel void sddmm_tile_f32(
    device const int32_t* column [[buffer(0)]], device const int32_t* edge_target [[buffer(1)]],
    device const float* x [[buffer(2)]], device const float* dy [[buffer(3)]],
    device float* dvalues [[buffer(4)]], constant SddmmArguments& a [[buffer(5)]],
    uint at [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
  const int32_t first = int32_t(at - lane);
  const int32_t count = metal::min(kTileWidth, a.edges - first);
  const int32_t tiles = tile_count(a.x.batch);
  float own = 0.0f;
  for (int32_t k = 0; k < count; ++k) {
    const int32_t source = column[first + k];
    const int32_t target = edge_target[first + k];
    float sum = 0.0f;
    for (int32_t t = 0; t < tiles; ++t) {
      if (t * kTileWidth + int32_t(lane) >= a.x.batch) continue;
      sum = metal::fma(x[tile_offset(a.x, t, source) + lane],
                       dy[tile_offset(a.dy, t, target) + lane], sum);
    }
    sum = metal::simd_sum(sum);
    if (int32_t(lane) == k) own = sum;
  }
  if (int32_t(lane) < count) dvalues[first + int32_t(lane)] = own;
}

// Batch 1: one thread for each edge.
kernel void sddmm_scalar_f32(device const int32_t* column [[buffer(0)]],
                             device const int32_t* edge_target [[buffer(1)]],
                             device const float* x [[buffer(2)]],
                             device const float* dy [[buffer(3)]],
                             device float* dvalues [[buffer(4)]],
                             constant SddmmArguments& a [[buffer(5)]],
                             uint at [[thread_position_in_grid]]) {
  if (int32_t(at) >= a.edges) return;
  dvalues[at] = x[column[at]] * dy[edge_target[at]];
}
