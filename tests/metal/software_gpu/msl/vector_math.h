// The functions of math.h and integers.h on whole vectors.
#pragma once

#include "integers.h"
#include "math.h"
#include "vectors.h"

namespace metal {

#define SOFTWARE_GPU_EACH(name)                    \
  template <class T, int N>                        \
  vec<T, N> name(vec<T, N> v) {                    \
    for (int i = 0; i < N; ++i) v[i] = name(v[i]); \
    return v;                                      \
  }
SOFTWARE_GPU_EACH(abs)
SOFTWARE_GPU_EACH(ceil)
SOFTWARE_GPU_EACH(exp)
SOFTWARE_GPU_EACH(fabs)
SOFTWARE_GPU_EACH(floor)
SOFTWARE_GPU_EACH(log)
SOFTWARE_GPU_EACH(rsqrt)
SOFTWARE_GPU_EACH(sign)
SOFTWARE_GPU_EACH(sqrt)
SOFTWARE_GPU_EACH(tanh)
#undef SOFTWARE_GPU_EACH

#define SOFTWARE_GPU_EACH_TWO(name)                      \
  template <class T, int N>                              \
  vec<T, N> name(vec<T, N> a, vec<T, N> b) {             \
    for (int i = 0; i < N; ++i) a[i] = name(a[i], b[i]); \
    return a;                                            \
  }                                                      \
  template <class T, int N>                              \
  vec<T, N> name(vec<T, N> a, same_as_t<T> b) {          \
    return name(a, vec<T, N>(b));                        \
  }
SOFTWARE_GPU_EACH_TWO(max)
SOFTWARE_GPU_EACH_TWO(min)
SOFTWARE_GPU_EACH_TWO(pow)
#undef SOFTWARE_GPU_EACH_TWO

template <int N>
vec<float, N> fma(vec<float, N> a, vec<float, N> b, vec<float, N> c) {
  for (int i = 0; i < N; ++i) a[i] = fma(a[i], b[i], c[i]);
  return a;
}

template <class T, int N>
vec<T, N> clamp(vec<T, N> v, same_as_t<vec<T, N>> low, same_as_t<vec<T, N>> high) {
  return min(max(v, low), high);
}

template <class T, int N>
vec<T, N> select(vec<T, N> a, vec<T, N> b, vec<bool, N> condition) {
  for (int i = 0; i < N; ++i) a[i] = condition[i] ? b[i] : a[i];
  return a;
}

template <class T, int N>
T dot(vec<T, N> a, vec<T, N> b) {
  T sum = a[0] * b[0];
  for (int i = 1; i < N; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace metal
