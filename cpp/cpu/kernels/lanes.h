// Fixed-width lane blocks. Everything in this folder lives in a namespace named by the instruction
// set (SG_ISA), because the linker keeps one copy of an inline function: were it the AVX-512 one,
// an older machine would stop on it. For the same reason no std:: template and no inline helper of
// kernel_params.h is called here; those of dropout_mask.h leave no copy behind.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace sparsegrow::cpu::SG_ISA {

#if defined(SG_VECTOR_BYTES)  // tests emulate a wider machine
constexpr int kVectorBytes = SG_VECTOR_BYTES;
#elif defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

// A vector of N elements; one lane is the plain scalar, so that batch 1 shares the code. The memory
// behind a vector is only ever reached through load and store, which assume no alignment.
template <class T, int N>
struct LaneType {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
};
template <class T>
struct LaneType<T, 1> {
  typedef T type;
};
template <class T, int N>
using Lanes = typename LaneType<T, N>::type;

// Lanes of a machine register, at most `limit`.
template <class Real>
constexpr int native_lanes(int limit) {
  return kVectorBytes / static_cast<int>(sizeof(Real)) < limit
             ? kVectorBytes / static_cast<int>(sizeof(Real))
             : limit;
}

template <class V, class T>
inline V load(const T* from) {
  V v;
  __builtin_memcpy(&v, from, sizeof(V));
  return v;
}

template <class V, class T>
inline void store(T* to, V v) {
  __builtin_memcpy(to, &v, sizeof(V));
}

template <class V, class T>
inline V splat(T value) {
  return value - V{};  // which is the value in every bit, so that no subtraction is left
}

template <class To, class From>
inline To same_bits(From from) {
  static_assert(sizeof(To) == sizeof(From), "only the type changes");
  To to;
  __builtin_memcpy(&to, &from, sizeof(To));
  return to;
}

template <class Real, int N>
inline void split_lanes(Lanes<Real, N> v, Lanes<Real, N / 2>& low, Lanes<Real, N / 2>& high) {
  __builtin_memcpy(&low, &v, sizeof(low));
  __builtin_memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof(low), sizeof(high));
}

template <class Real, int N>
inline Lanes<Real, N / 2> add_halves(Lanes<Real, N> v) {
  Lanes<Real, N / 2> low, high;
  split_lanes<Real, N>(v, low, high);
  return low + high;
}

// Four columns by two loads: products are bound by the number of their loads.
inline void load_columns(const std::int32_t* from, std::uint64_t (&column)[4]) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lower half is the first column");
  const std::uint64_t low = load<std::uint64_t>(from), high = load<std::uint64_t>(from + 2);
  column[0] = static_cast<std::uint32_t>(low);
  column[1] = low >> 32;
  column[2] = static_cast<std::uint32_t>(high);
  column[3] = high >> 32;
}

constexpr std::int32_t kAhead = 16;  // edges; 8 to 32 measure alike

// Asks for the cache lines that `bytes` from `address` lie in.
template <int bytes>
inline void fetch(const void* address) {
  for (int line = 0; line < bytes; line += 64) {
    __builtin_prefetch(static_cast<const char*>(address) + line);
  }
}

// Sum of the lanes in a fixed tree: the upper half onto the lower until one is left.
template <class Real, int N>
inline Real sum_lanes(Lanes<Real, N> v) {
  if constexpr (N == 1) {
    return v;
  } else {
    return sum_lanes<Real, N / 2>(add_halves<Real, N>(v));
  }
}

// Square roots. The loop alone would not become one instruction, since C++ asks sqrt to set errno.
template <int N, class V>
inline V sqrt_lanes(V v) {
  if constexpr (N == 1) {
    return sizeof(V) == 4 ? __builtin_sqrtf(v) : __builtin_sqrt(v);
  } else {
#if defined(__AVX512F__)  // the masked forms: g++ 12 warns of its own header in the plain ones
    if constexpr (sizeof(V) == 64 && N == 16)
      return same_bits<V>(_mm512_maskz_sqrt_ps(0xffff, same_bits<__m512>(v)));
    if constexpr (sizeof(V) == 64 && N == 8)
      return same_bits<V>(_mm512_maskz_sqrt_pd(0xff, same_bits<__m512d>(v)));
#endif
#if defined(__AVX__)
    if constexpr (sizeof(V) == 32 && N == 8)
      return same_bits<V>(_mm256_sqrt_ps(same_bits<__m256>(v)));
    if constexpr (sizeof(V) == 32 && N == 4)
      return same_bits<V>(_mm256_sqrt_pd(same_bits<__m256d>(v)));
#endif
#if defined(__SSE2__)
    if constexpr (sizeof(V) == 16 && N == 4) return same_bits<V>(_mm_sqrt_ps(same_bits<__m128>(v)));
    if constexpr (sizeof(V) == 16 && N == 2)
      return same_bits<V>(_mm_sqrt_pd(same_bits<__m128d>(v)));
#elif defined(__ARM_NEON)
    if constexpr (sizeof(V) == 16 && N == 4)
      return same_bits<V>(vsqrtq_f32(same_bits<float32x4_t>(v)));
    if constexpr (sizeof(V) == 16 && N == 2)
      return same_bits<V>(vsqrtq_f64(same_bits<float64x2_t>(v)));
#endif
    for (int k = 0; k < N; ++k)
      v[k] = sizeof(v[k]) == 4 ? __builtin_sqrtf(v[k]) : __builtin_sqrt(v[k]);
    return v;
  }
}

}  // namespace sparsegrow::cpu::SG_ISA
