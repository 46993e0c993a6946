// Metal's words in C++ for OpenCL, whose address spaces are those of Metal: for checks only. Names
// that OpenCL has already are moved out of its way.
#pragma once

// Kernels may take pointers to classes, such as atomics.
#pragma OPENCL EXTENSION __cl_clang_non_portable_kernel_param_types : enable

#define abs metal_abs
#define all metal_all
#define any metal_any
#define atomic_compare_exchange_weak_explicit metal_atomic_compare_exchange_weak
#define atomic_exchange_explicit metal_atomic_exchange
#define atomic_fetch_add_explicit metal_atomic_fetch_add
#define atomic_fetch_and_explicit metal_atomic_fetch_and
#define atomic_fetch_max_explicit metal_atomic_fetch_max
#define atomic_fetch_min_explicit metal_atomic_fetch_min
#define atomic_fetch_or_explicit metal_atomic_fetch_or
#define atomic_fetch_sub_explicit metal_atomic_fetch_sub
#define atomic_float metal_atomic_float
#define atomic_int metal_atomic_int
#define atomic_load_explicit metal_atomic_load
#define atomic_store_explicit metal_atomic_store
#define atomic_uint metal_atomic_uint
#define memory_order metal_memory_order
#define memory_order_relaxed metal_memory_order_relaxed
#define popcount metal_popcount
#define ceil metal_ceil
#define clamp metal_clamp
#define exp metal_exp
#define fabs metal_fabs
#define floor metal_floor
#define fma metal_fma
#define isfinite metal_isfinite
#define isnan metal_isnan
#define log metal_log
#define max metal_max
#define min metal_min
#define pow metal_pow
#define rsqrt metal_rsqrt
#define select metal_select
#define sign metal_sign
#define sqrt metal_sqrt
#define step metal_step
#define tanh metal_tanh

#define kernel __kernel
#define device __global
// OpenCL copies no struct out of its constant space, Metal does: here constant is read-only device.
#define constant const __global
#define threadgroup __local
#define thread __private

typedef char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long uint64_t;
typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef unsigned long size_t;

#define VECTORS(T)            \
  struct metal_##T##2 {       \
    T x, y;                   \
    metal_##T##2() = default; \
    metal_##T##2(T, T);       \
    metal_##T##2(T);          \
  };                          \
  struct metal_##T##3 {       \
    T x, y, z;                \
    metal_##T##3() = default; \
    metal_##T##3(T, T, T);    \
    metal_##T##3(T);          \
  };                          \
  struct metal_##T##4 {       \
    T x, y, z, w;             \
    metal_##T##4() = default; \
    metal_##T##4(T, T, T, T); \
    metal_##T##4(T);          \
  };
VECTORS(float)
VECTORS(int)
VECTORS(uint)
VECTORS(ushort)
#undef VECTORS
#define float2 metal_float2
#define float3 metal_float3
#define float4 metal_float4
#define int2 metal_int2
#define int3 metal_int3
#define int4 metal_int4
#define uint2 metal_uint2
#define uint3 metal_uint3
#define uint4 metal_uint4
#define ushort2 metal_ushort2
#define ushort3 metal_ushort3
#define ushort4 metal_ushort4

namespace metal {

enum class mem_flags { mem_none = 0, mem_device = 1, mem_threadgroup = 2 };
void threadgroup_barrier(mem_flags);
void simdgroup_barrier(mem_flags);

// clang-format off
#define OF_ONE(name) template <class T> T name(T);
OF_ONE(abs) OF_ONE(ceil) OF_ONE(exp) OF_ONE(fabs) OF_ONE(floor) OF_ONE(log) OF_ONE(rsqrt)
OF_ONE(sign) OF_ONE(sqrt) OF_ONE(tanh) OF_ONE(popcount)
OF_ONE(simd_sum) OF_ONE(simd_product) OF_ONE(simd_max) OF_ONE(simd_min) OF_ONE(simd_or)
OF_ONE(simd_and) OF_ONE(simd_xor) OF_ONE(simd_broadcast_first)
OF_ONE(simd_prefix_exclusive_sum) OF_ONE(simd_prefix_inclusive_sum)
#define OF_TWO(name) template <class T> T name(T, T);
OF_TWO(max) OF_TWO(min) OF_TWO(pow) OF_TWO(step)
#define WITH_LANE(name) template <class T> T name(T, ushort);
WITH_LANE(simd_shuffle) WITH_LANE(simd_shuffle_xor) WITH_LANE(simd_shuffle_up)
WITH_LANE(simd_shuffle_down) WITH_LANE(simd_broadcast)
    // clang-format on
    template <class T>
    T fma(T, T, T);
template <class T>
T clamp(T, T, T);
template <class T>
T select(T, T, bool);
bool isnan(float);
bool isfinite(float);
bool simd_any(bool);
bool simd_all(bool);

struct simd_vote {
  typedef ulong vote_t;
  explicit operator vote_t() const;
};
simd_vote simd_ballot(bool);

enum memory_order { memory_order_relaxed };
template <class T>
struct atomic {
  T value;
};
typedef atomic<float> atomic_float;
typedef atomic<int> atomic_int;
typedef atomic<uint> atomic_uint;

// In device and in threadgroup memory alike, and nowhere else.
#define ATOMICS(space)                                                                \
  template <class T>                                                                  \
  T atomic_load_explicit(const volatile space atomic<T>*, memory_order);              \
  template <class T, class V>                                                         \
  void atomic_store_explicit(volatile space atomic<T>*, V, memory_order);             \
  template <class T, class V>                                                         \
  T atomic_exchange_explicit(volatile space atomic<T>*, V, memory_order);             \
  template <class T, class V>                                                         \
  bool atomic_compare_exchange_weak_explicit(volatile space atomic<T>*, thread T*, V, \
                                             memory_order, memory_order);             \
  template <class T, class V>                                                         \
  T atomic_fetch_add_explicit(volatile space atomic<T>*, V, memory_order);            \
  template <class T, class V>                                                         \
  T atomic_fetch_sub_explicit(volatile space atomic<T>*, V, memory_order);            \
  template <class T, class V>                                                         \
  T atomic_fetch_max_explicit(volatile space atomic<T>*, V, memory_order);            \
  template <class T, class V>                                                         \
  T atomic_fetch_min_explicit(volatile space atomic<T>*, V, memory_order);            \
  template <class T, class V>                                                         \
  T atomic_fetch_or_explicit(volatile space atomic<T>*, V, memory_order);             \
  template <class T, class V>                                                         \
  T atomic_fetch_and_explicit(volatile space atomic<T>*, V, memory_order);
ATOMICS(device)
ATOMICS(threadgroup)
#undef ATOMICS

}  // namespace metal

template <class To, class From>
To as_type(From);
