// product = weight * gate, and the gradient of the product handed to both.
#include "metal/kernels/arguments.h"

using namespace sparsegrow;

kernel void gate_flat_f32(device const float* weight [[buffer(0)]],
                          device const float* gate [[buffer(1)]],
                          device float* product [[buffer(2)]],
                          constant int64_t& count [[buffer(3)]],
                          uint at [[thread_position_in_grid]]) {
  if (int64_t(at) >= count) return;
  product[at] = weight[at] * gate[at];
}

kernel void gate_grad_flat_f32(device const float* weight [[buffer(0)]],
                               device const float* gate [[buffer(1)]],
                               device const float* dproduct [[buffer(2)]],
                               device float* dweight [[buffer(3)]],
                               device float* dgate [[buffer(4)]],
                               constant int64_t& count [[buffer(5)]],
                               uint at [[thread_position_in_grid]]) {
  if (int64_t(at) >= count) return;
  const float w = weight[at], g = gate[at], d = dproduct[at];
  dweight[at] = d * g;
  dgate[at] = d * w;
}
