// What the project's kernels do not use, and Metal has: kept here so that it goes on working.
#include <metal_stdlib>

using namespace metal;

struct SimdResults {
  float sum, product, largest, smallest, exclusive, inclusive;
  float butterfly, from_above, from_below, of_seven, first;
  uint either, both, odd, votes, any, all;
};

// 40 threads: the second SIMD-group has eight lanes, of which one returns.
kernel void simd_operations(device const float* v [[buffer(0)]],
                            device SimdResults* out [[buffer(1)]],
                            uint at [[thread_position_in_grid]],
                            ushort lane [[thread_index_in_simdgroup]]) {
  if (at == 39) return;
  SimdResults r;
  r.sum = simd_sum(v[at]);
  r.product = simd_product(v[at]);
  r.largest = simd_max(v[at]);
  r.smallest = simd_min(v[at]);
  r.exclusive = simd_prefix_exclusive_sum(v[at]);
  r.inclusive = simd_prefix_inclusive_sum(v[at]);
  r.butterfly = v[at];
  for (ushort mask = 4; mask > 0; mask >>= 1) r.butterfly += simd_shuffle_xor(r.butterfly, mask);
  r.from_above = simd_shuffle_down(v[at], 1);
  r.from_below = simd_shuffle_up(v[at], 1);
  r.of_seven = simd_broadcast(v[at], 6);
  r.first = simd_broadcast_first(v[at]);
  r.either = simd_or(uint(1) << lane);
  r.both = simd_and(~(uint(1) << lane));
  r.odd = simd_xor(uint(lane));
  r.votes = uint(simd_vote::vote_t(simd_ballot(lane % 2 == 0)));
  r.any = simd_any(lane == 3) ? 1 : 0;
  r.all = simd_all(lane < 31) ? 1 : 0;
  out[at] = r;
}

struct Ids {
  uint3 in_grid, in_group, group, group_size, groups, grid;
  uint index, lane, simdgroup, simdgroups, width;
};

kernel void identities(device Ids* out [[buffer(0)]], uint3 a [[thread_position_in_grid]],
                       uint3 b [[thread_position_in_threadgroup]],
                       uint3 c [[threadgroup_position_in_grid]],
                       uint3 d [[threads_per_threadgroup]], uint3 e [[threadgroups_per_grid]],
                       uint3 f [[threads_per_grid]], uint g [[thread_index_in_threadgroup]],
                       uint h [[thread_index_in_simdgroup]],
                       uint i [[simdgroup_index_in_threadgroup]],
                       uint j [[simdgroups_per_threadgroup]], uint k [[threads_per_simdgroup]]) {
  const Ids ids = {a, b, c, d, e, f, g, h, i, j, k};
  out[a.x + f.x * (a.y + f.y * a.z)] = ids;
}

template <class T>
T cubed(T x) {
  return x * x * x;
}

// Numbers whose results are known: out[i] must be i.
kernel void mathematics(device float* out [[buffer(0)]]) {
  const float4 v = float4(1.0f, -2.0f, 3.0f, -4.0f);
  const float4 w = fma(v, float4(2.0f), float4(1.0f));
  out[0] = floor(0.75f) + ceil(-0.75f) + step(1.0f, 0.5f) + as_type<float>(0u);
  out[1] = precise::exp(0.0f);
  out[2] = fast::sqrt(4.0f);
  out[3] = w.x;
  out[4] = clamp(9.0f, 0.0f, 4.0f);
  out[5] = dot(abs(v), float4(0.5f));
  out[6] = -dot(v, float4(1.0f)) + max(v, float4(1.0f))[0] + cubed(2.0f) - 5.0f;
  out[7] = select(1.0f, 7.0f, isnan(NAN) && !isfinite(INFINITY) && isinf(-INFINITY));
  out[8] = pow(2.0f, 3.0f) * tanh(1000.0f) * sign(3.0f);
  out[9] = 18.0f * rsqrt(4.0f);
  out[10] = float(popcount(0x3ffu)) + log(1.0f);
  out[11] = float(half(11.0002f)) * float(half(1.0f) + half(0.0f));
  out[12] = float(uint2(5u, 7u).x + (uint2(5u, 7u)).y) + float(any(v > 5.0f));
  out[13] = 13.0f * fabs(fmin(-1.0f, 3.0f)) + fmod(4.0f, 2.0f);
}

// Each threadgroup adds up what it was given, by a scratch array of the launch's choice.
kernel void scratch_sum(device const int* in [[buffer(0)]], device atomic_int* out [[buffer(1)]],
                        threadgroup int* scratch [[threadgroup(0)]],
                        uint at [[thread_position_in_grid]], uint t [[thread_index_in_threadgroup]],
                        uint size [[threads_per_threadgroup]]) {
  threadgroup atomic_int largest;
  if (t == 0) atomic_store_explicit(&largest, 0, memory_order_relaxed);
  scratch[t] = in[at];
  threadgroup_barrier(mem_flags::mem_threadgroup | mem_flags::mem_device);
  atomic_fetch_max_explicit(&largest, in[at], memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (t != 0) return;
  int sum = atomic_load_explicit(&largest, memory_order_relaxed);
  for (uint i = 0; i < size; ++i) sum += scratch[i];
  atomic_fetch_add_explicit(out, sum, memory_order_relaxed);
}

// What is never written is NaN, in each threadgroup anew.
kernel void unwritten(device float* out [[buffer(0)]], uint at [[thread_position_in_grid]]) {
  threadgroup float part[32];
  out[at] = part[at % 32];
  part[at % 32] = 1.0f;
}
