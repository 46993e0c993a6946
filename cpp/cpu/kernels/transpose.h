// Blocks of 8 x 8 elements turned over in registers: a panel has samples in its lanes, one-hot rows
// have neurons there.
#pragma once

#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

#if defined(__clang__)
#define SG_SHUFFLE(T, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SG_SHUFFLE(T, a, b, ...) __builtin_shuffle(a, b, SameSizedInts<T>{__VA_ARGS__})
#endif

template <class T>
struct SameSized;
template <>
struct SameSized<float> {
  using type = Lanes<std::int32_t, 8>;
};
template <>
struct SameSized<double> {
  using type = Lanes<std::int64_t, 8>;
};
template <class T>
using SameSizedInts = typename SameSized<T>::type;

// Three rounds of pairwise exchanges: neighbours, pairs, halves.
template <class Real>
inline void transpose_8x8(Lanes<Real, 8> (&r)[8]) {
  using V = Lanes<Real, 8>;
  V s[8], t[8];
  for (int k = 0; k < 8; k += 2) {
    s[k] = SG_SHUFFLE(Real, r[k], r[k + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    s[k + 1] = SG_SHUFFLE(Real, r[k], r[k + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int k = 0; k < 8; k += 4) {
    for (int j = 0; j < 2; ++j) {
      t[k + j] = SG_SHUFFLE(Real, s[k + j], s[k + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      t[k + j + 2] = SG_SHUFFLE(Real, s[k + j], s[k + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int k = 0; k < 4; ++k) {
    r[k] = SG_SHUFFLE(Real, t[k], t[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    r[k + 4] = SG_SHUFFLE(Real, t[k], t[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// r[column] = from[row][column] of 8 rows `stride` elements apart, for 8 columns.
template <class Real>
inline void load_turned(const Real* from, std::int64_t stride, Lanes<Real, 8> (&r)[8]) {
  for (int k = 0; k < 8; ++k) r[k] = load<Lanes<Real, 8>>(from + k * stride);
  transpose_8x8<Real>(r);
}

}  // namespace sparsegrow::cpu::SG_ISA
