// Vectors of two, three and four numbers: members x, y, z, w, whole-vector arithmetic, no swizzles.
#pragma once

#include "half.h"

namespace metal {

template <class T, int N>
struct vec;

// Metal gives a vector the alignment of its size; one of three is as large as one of four.
template <class T>
struct alignas(2 * sizeof(T)) vec<T, 2> {
  T x, y;
  vec() = default;
  vec(T all) : x(all), y(all) {}
  vec(T a, T b) : x(a), y(b) {}
  template <class U>
  explicit vec(vec<U, 2> v) : x(T(v.x)), y(T(v.y)) {}
  T& operator[](int i) { return (&x)[i]; }
  const T& operator[](int i) const { return (&x)[i]; }
};

template <class T>
struct alignas(4 * sizeof(T)) vec<T, 3> {
  T x, y, z;
  vec() = default;
  vec(T all) : x(all), y(all), z(all) {}
  vec(T a, T b, T c) : x(a), y(b), z(c) {}
  vec(vec<T, 2> v, T c) : x(v.x), y(v.y), z(c) {}
  template <class U>
  explicit vec(vec<U, 3> v) : x(T(v.x)), y(T(v.y)), z(T(v.z)) {}
  T& operator[](int i) { return (&x)[i]; }
  const T& operator[](int i) const { return (&x)[i]; }
};

template <class T>
struct alignas(4 * sizeof(T)) vec<T, 4> {
  T x, y, z, w;
  vec() = default;
  vec(T all) : x(all), y(all), z(all), w(all) {}
  vec(T a, T b, T c, T d) : x(a), y(b), z(c), w(d) {}
  vec(vec<T, 2> v, T c, T d) : x(v.x), y(v.y), z(c), w(d) {}
  vec(vec<T, 2> v, vec<T, 2> u) : x(v.x), y(v.y), z(u.x), w(u.y) {}
  vec(vec<T, 3> v, T d) : x(v.x), y(v.y), z(v.z), w(d) {}
  template <class U>
  explicit vec(vec<U, 4> v) : x(T(v.x)), y(T(v.y)), z(T(v.z)), w(T(v.w)) {}
  T& operator[](int i) { return (&x)[i]; }
  const T& operator[](int i) const { return (&x)[i]; }
};

// A type that takes no part in finding T, so that a scalar of another type converts to it.
template <class T>
struct same_as {
  using type = T;
};
template <class T>
using same_as_t = typename same_as<T>::type;

#define SOFTWARE_GPU_ARITHMETIC(op)                                    \
  template <class T, int N>                                            \
  vec<T, N> operator op(vec<T, N> a, vec<T, N> b) {                    \
    for (int i = 0; i < N; ++i) a[i] = T(a[i] op b[i]);                \
    return a;                                                          \
  }                                                                    \
  template <class T, int N>                                            \
  vec<T, N> operator op(vec<T, N> a, same_as_t<T> b) {                 \
    return a op vec<T, N>(b);                                          \
  }                                                                    \
  template <class T, int N>                                            \
  vec<T, N> operator op(same_as_t<T> a, vec<T, N> b) {                 \
    return vec<T, N>(a) op b;                                          \
  }                                                                    \
  template <class T, int N>                                            \
  vec<T, N>& operator op## = (vec<T, N> & a, same_as_t<vec<T, N>> b) { \
    return a = a op b;                                                 \
  }
SOFTWARE_GPU_ARITHMETIC(+)
SOFTWARE_GPU_ARITHMETIC(-)
SOFTWARE_GPU_ARITHMETIC(*)
SOFTWARE_GPU_ARITHMETIC(/)
SOFTWARE_GPU_ARITHMETIC(&)
SOFTWARE_GPU_ARITHMETIC(|)
SOFTWARE_GPU_ARITHMETIC(^)
SOFTWARE_GPU_ARITHMETIC(<<)
SOFTWARE_GPU_ARITHMETIC(>>)
#undef SOFTWARE_GPU_ARITHMETIC

#define SOFTWARE_GPU_COMPARISON(op)                       \
  template <class T, int N>                               \
  vec<bool, N> operator op(vec<T, N> a, vec<T, N> b) {    \
    vec<bool, N> result(false);                           \
    for (int i = 0; i < N; ++i) result[i] = a[i] op b[i]; \
    return result;                                        \
  }                                                       \
  template <class T, int N>                               \
  vec<bool, N> operator op(vec<T, N> a, same_as_t<T> b) { \
    return a op vec<T, N>(b);                             \
  }
SOFTWARE_GPU_COMPARISON(==)
SOFTWARE_GPU_COMPARISON(!=)
SOFTWARE_GPU_COMPARISON(<)
SOFTWARE_GPU_COMPARISON(>)
SOFTWARE_GPU_COMPARISON(<=)
SOFTWARE_GPU_COMPARISON(>=)
#undef SOFTWARE_GPU_COMPARISON

template <class T, int N>
vec<T, N> operator-(vec<T, N> v) {
  for (int i = 0; i < N; ++i) v[i] = -v[i];
  return v;
}

template <int N>
bool any(vec<bool, N> v) {
  bool result = false;
  for (int i = 0; i < N; ++i) result = result || v[i];
  return result;
}

template <int N>
bool all(vec<bool, N> v) {
  bool result = true;
  for (int i = 0; i < N; ++i) result = result && v[i];
  return result;
}

}  // namespace metal

#define SOFTWARE_GPU_VECTORS(T)  \
  using T##2 = metal::vec<T, 2>; \
  using T##3 = metal::vec<T, 3>; \
  using T##4 = metal::vec<T, 4>;
SOFTWARE_GPU_VECTORS(bool)
SOFTWARE_GPU_VECTORS(char)
SOFTWARE_GPU_VECTORS(uchar)
SOFTWARE_GPU_VECTORS(short)
SOFTWARE_GPU_VECTORS(ushort)
SOFTWARE_GPU_VECTORS(int)
SOFTWARE_GPU_VECTORS(uint)
SOFTWARE_GPU_VECTORS(long)
SOFTWARE_GPU_VECTORS(ulong)
SOFTWARE_GPU_VECTORS(half)
SOFTWARE_GPU_VECTORS(float)
#undef SOFTWARE_GPU_VECTORS
