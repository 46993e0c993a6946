// Relaxed atomics on 32-bit numbers; of floats, what Apple GPUs have. Other lanes may run before
// each of them, so that a load and a store in place of one operation show.
#pragma once

#include "../kernel_side.h"
#include "vectors.h"

namespace metal {

enum memory_order { memory_order_relaxed };

template <class T>
struct atomic {
  T value;
};
template <class T>
T atomic_load_explicit(const volatile atomic<T>* from, memory_order) {
  ::sparsegrow::software_gpu::preempt();
  T result;
  __atomic_load(&from->value, &result, __ATOMIC_RELAXED);
  return result;
}

template <class T>
void atomic_store_explicit(volatile atomic<T>* to, same_as_t<T> value, memory_order) {
  ::sparsegrow::software_gpu::preempt();
  __atomic_store(&to->value, &value, __ATOMIC_RELAXED);
}

template <class T>
T atomic_exchange_explicit(volatile atomic<T>* at, same_as_t<T> value, memory_order) {
  ::sparsegrow::software_gpu::preempt();
  T old;
  __atomic_exchange(&at->value, &value, &old, __ATOMIC_RELAXED);
  return old;
}

template <class T>
bool atomic_compare_exchange_weak_explicit(volatile atomic<T>* at, T* expected, same_as_t<T> value,
                                           memory_order, memory_order) {
  ::sparsegrow::software_gpu::preempt();
  return __atomic_compare_exchange(&at->value, expected, &value, true, __ATOMIC_RELAXED,
                                   __ATOMIC_RELAXED);
}

template <class T, class Change>
T atomic_change(volatile atomic<T>* at, Change change) {
  ::sparsegrow::software_gpu::preempt();
  T old;
  __atomic_load(&at->value, &old, __ATOMIC_RELAXED);
  for (;;) {
    T wanted = change(old);
    if (__atomic_compare_exchange(&at->value, &old, &wanted, true, __ATOMIC_RELAXED,
                                  __ATOMIC_RELAXED)) {
      return old;
    }
  }
}

#define SOFTWARE_GPU_FETCH(name, allowed, wanted)                                          \
  template <class T>                                                                       \
  T atomic_fetch_##name##_explicit(volatile atomic<T>* at, same_as_t<T> x, memory_order) { \
    static_assert(allowed, "Metal has no atomic " #name " of this type");                  \
    return atomic_change(at, [x](T old) { return T(wanted); });                            \
  }
SOFTWARE_GPU_FETCH(add, true, old + x)
SOFTWARE_GPU_FETCH(sub, true, old - x)
SOFTWARE_GPU_FETCH(max, T(1) / T(2) == T(0), old > x ? old : x)
SOFTWARE_GPU_FETCH(min, T(1) / T(2) == T(0), old < x ? old : x)
SOFTWARE_GPU_FETCH(and, T(1) / T(2) == T(0), old& x)
SOFTWARE_GPU_FETCH(or, T(1) / T(2) == T(0), old | x)
SOFTWARE_GPU_FETCH(xor, T(1) / T(2) == T(0), old ^ x)
#undef SOFTWARE_GPU_FETCH

}  // namespace metal

using atomic_int = metal::atomic<int>;
using atomic_uint = metal::atomic<uint>;
using atomic_float = metal::atomic<float>;
