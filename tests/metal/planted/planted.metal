// Pairs of kernels: one with a bug that was planted, one without. 128 threads in groups of 64.
#include <metal_stdlib>

using namespace metal;

constant constexpr uint kGroup = 64;
constant constexpr uint kAll = 128;

// Each threadgroup turns its part around.
kernel void missing_barrier(device const float* in [[buffer(0)]], device float* out [[buffer(1)]],
                            uint at [[thread_position_in_grid]],
                            uint t [[thread_index_in_threadgroup]]) {
  threadgroup float part[kGroup];
  part[t] = in[at];
  out[at] = part[kGroup - 1 - t];
}

kernel void missing_barrier_repaired(device const float* in [[buffer(0)]],
                                     device float* out [[buffer(1)]],
                                     uint at [[thread_position_in_grid]],
                                     uint t [[thread_index_in_threadgroup]]) {
  threadgroup float part[kGroup];
  part[t] = in[at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  out[at] = part[kGroup - 1 - t];
}

// Doubling twice around: the second write must not overtake the first reads.
kernel void missing_second_barrier(device const float* in [[buffer(0)]],
                                   device float* out [[buffer(1)]],
                                   uint at [[thread_position_in_grid]],
                                   uint t [[thread_index_in_threadgroup]]) {
  threadgroup float part[kGroup];
  part[t] = in[at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const float other = part[kGroup - 1 - t];
  part[t] = 2.0f * other;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  out[at] = part[t];
}

kernel void missing_second_barrier_repaired(device const float* in [[buffer(0)]],
                                            device float* out [[buffer(1)]],
                                            uint at [[thread_position_in_grid]],
                                            uint t [[thread_index_in_threadgroup]]) {
  threadgroup float part[kGroup];
  part[t] = in[at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const float other = part[kGroup - 1 - t];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  part[t] = 2.0f * other;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  out[at] = part[t];
}

// The number that follows; the first follows the last.
kernel void read_out_of_bounds(device const float* in [[buffer(0)]],
                               device float* out [[buffer(1)]],
                               uint at [[thread_position_in_grid]]) {
  out[at] = in[at + 1];
}

kernel void read_out_of_bounds_repaired(device const float* in [[buffer(0)]],
                                        device float* out [[buffer(1)]],
                                        uint at [[thread_position_in_grid]]) {
  out[at] = in[(at + 1) % kAll];
}

// A copy by way of threadgroup memory, one place further.
kernel void threadgroup_overrun(device const float* in [[buffer(0)]],
                                device float* out [[buffer(1)]],
                                uint at [[thread_position_in_grid]],
                                uint t [[thread_index_in_threadgroup]]) {
  threadgroup float part[kGroup];
  threadgroup float* further = part + 1;
  further[t] = in[at];
  out[at] = further[t];
}

kernel void threadgroup_overrun_repaired(device const float* in [[buffer(0)]],
                                         device float* out [[buffer(1)]],
                                         uint at [[thread_position_in_grid]],
                                         uint t [[thread_index_in_threadgroup]]) {
  threadgroup float part[kGroup + 1];
  threadgroup float* further = part + 1;
  further[t] = in[at];
  out[at] = further[t];
}

// The sum of all.
kernel void race(device const float* in [[buffer(0)]], device float* out [[buffer(1)]],
                 uint at [[thread_position_in_grid]]) {
  out[0] += in[at];
}

kernel void race_repaired(device const float* in [[buffer(0)]],
                          device atomic_float* out [[buffer(1)]],
                          uint at [[thread_position_in_grid]]) {
  atomic_fetch_add_explicit(out, in[at], memory_order_relaxed);
}

// The same by the first thread of each threadgroup: the threads that race have one index.
kernel void race_of_groups(device const float* in [[buffer(0)]], device float* out [[buffer(1)]],
                           uint at [[thread_position_in_grid]],
                           uint t [[thread_index_in_threadgroup]]) {
  if (t != 0) return;
  for (uint i = 0; i < kGroup; ++i) out[0] += in[at + i];
}

kernel void race_of_groups_repaired(device const float* in [[buffer(0)]],
                                    device atomic_float* out [[buffer(1)]],
                                    uint at [[thread_position_in_grid]],
                                    uint t [[thread_index_in_threadgroup]]) {
  if (t != 0) return;
  for (uint i = 0; i < kGroup; ++i) {
    atomic_fetch_add_explicit(out, in[at + i], memory_order_relaxed);
  }
}

// The same by atomics that are no single step.
kernel void lost_update(device const float* in [[buffer(0)]],
                        device atomic_float* out [[buffer(1)]],
                        uint at [[thread_position_in_grid]]) {
  const float before = atomic_load_explicit(out, memory_order_relaxed);
  atomic_store_explicit(out, before + in[at], memory_order_relaxed);
}

kernel void lost_update_repaired(device const float* in [[buffer(0)]],
                                 device atomic_float* out [[buffer(1)]],
                                 uint at [[thread_position_in_grid]]) {
  atomic_fetch_add_explicit(out, in[at], memory_order_relaxed);
}

// A copy; half of the threads leave before the others wait for them.
kernel void return_before_barrier(device const float* in [[buffer(0)]],
                                  device float* out [[buffer(1)]],
                                  uint at [[thread_position_in_grid]],
                                  uint t [[thread_index_in_threadgroup]]) {
  out[at] = in[at];
  if (t >= kGroup / 2) return;
  threadgroup_barrier(mem_flags::mem_device);
}

kernel void return_before_barrier_repaired(device const float* in [[buffer(0)]],
                                           device float* out [[buffer(1)]],
                                           uint at [[thread_position_in_grid]],
                                           uint t [[thread_index_in_threadgroup]]) {
  out[at] = in[at];
  threadgroup_barrier(mem_flags::mem_device);
  if (t >= kGroup / 2) return;
}

// The sum of each SIMD-group in its lower lanes, zero in the upper ones.
kernel void divergent_simd(device const float* in [[buffer(0)]], device float* out [[buffer(1)]],
                           uint at [[thread_position_in_grid]],
                           uint lane [[thread_index_in_simdgroup]]) {
  float sum = 0.0f;
  if (lane < 16) {
    sum = simd_sum(in[at]);
  } else {
    sum = simd_max(in[at]);
    sum = 0.0f;
  }
  out[at] = sum;
}

kernel void divergent_simd_repaired(device const float* in [[buffer(0)]],
                                    device float* out [[buffer(1)]],
                                    uint at [[thread_position_in_grid]],
                                    uint lane [[thread_index_in_simdgroup]]) {
  const float sum = simd_sum(in[at]);
  out[at] = lane < 16 ? sum : 0.0f;
}

// Each threadgroup turns its part around by way of device memory.
kernel void wrong_flag(device float* in [[buffer(0)]], device float* out [[buffer(1)]],
                       uint at [[thread_position_in_grid]],
                       uint t [[thread_index_in_threadgroup]]) {
  in[at] *= 2.0f;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  out[at] = in[at - t + kGroup - 1 - t];
}

kernel void wrong_flag_repaired(device float* in [[buffer(0)]], device float* out [[buffer(1)]],
                                uint at [[thread_position_in_grid]],
                                uint t [[thread_index_in_threadgroup]]) {
  in[at] *= 2.0f;
  threadgroup_barrier(mem_flags::mem_device);
  out[at] = in[at - t + kGroup - 1 - t];
}

// Neighbours swap by way of device memory: a SIMD operation between does not order it.
kernel void missing_simd_barrier(device float* in [[buffer(0)]], device float* out [[buffer(1)]],
                                 uint at [[thread_position_in_grid]]) {
  in[at] *= 2.0f;
  const float all = simd_sum(0.0f);
  out[at] = in[at ^ 1] + all;
}

kernel void missing_simd_barrier_repaired(device float* in [[buffer(0)]],
                                          device float* out [[buffer(1)]],
                                          uint at [[thread_position_in_grid]]) {
  in[at] *= 2.0f;
  simdgroup_barrier(mem_flags::mem_device);
  const float all = simd_sum(0.0f);
  out[at] = in[at ^ 1] + all;
}
