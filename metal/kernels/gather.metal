// out[i] = map[i] >= 0 ? in[map[i]] : fill.
#include "metal/kernels/arguments.h"

using namespace sparsegrow;

kernel void gather_flat_f32(device const int32_t* map [[buffer(0)]],
                            device const float* in [[buffer(1)]], device float* out [[buffer(2)]],
                            constant GatherArguments& a [[buffer(3)]],
                            uint at [[thread_position_in_grid]]) {
  if (int64_t(at) >= a.count) return;
  out[at] = map[at] >= 0 ? in[map[at]] : a.fill;
}
