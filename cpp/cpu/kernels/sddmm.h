// sddmm: dvalues[e] = x[source of e] . dy[target of e] over the lanes of a tile.
//
// Measured on AVX2 (Zen 3, 32 lanes), in turns of a few milliseconds, and not kept:
// - the lanes of four edges summed while the next four multiply: 1 % over seven shapes;
// - four edges multiplied lane by lane instead of edge by edge: 1 % slower;
// - two tiles at a time, whose lanes are summed once: 5 to 15 % slower from 256 rows on, since half
//   as many rows stay in the first cache;
// - dx and dvalues by source in one pass, which loads each row of dy once for both: 1.05 to 1.2
//   times as fast as one after the other, for one more verb in each backend.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

// Sum of the lanes of each of four float32 vectors, done in the transpose: two shuffles and an add
// per pair of vectors beat one horizontal sum per vector. sum_one adds the lanes of one vector in
// the same order, so that an edge's bits do not depend on whether it was summed in a group of four.
template <int N>
struct Four;

template <>
struct Four<4> {
  using V = Lanes<float, 4>;
  static V sum(V a, V b, V c, V d) {
    const V ab =
        __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const V cd =
        __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
    return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) +
           __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  }
};

template <>
struct Four<8> {
  using V = Lanes<float, 8>;
  static Lanes<float, 4> sum(V a, V b, V c, V d) {
    const V ab = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13) +
                 __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
    const V cd = __builtin_shufflevector(c, d, 0, 8, 1, 9, 4, 12, 5, 13) +
                 __builtin_shufflevector(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
    return add_halves<float, 8>(__builtin_shufflevector(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) +
                                __builtin_shufflevector(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15));
  }
};

template <>
struct Four<16> {
  using V = Lanes<float, 16>;
  static Lanes<float, 4> sum(V a, V b, V c, V d) {
    return Four<8>::sum(add_halves<float, 16>(a), add_halves<float, 16>(b),
                        add_halves<float, 16>(c), add_halves<float, 16>(d));
  }
};

template <class Real, int N>
inline Real sum_one(Lanes<Real, N> v) {
  if constexpr (sizeof(Real) == 4 && N == 8) {
    Lanes<Real, 4> low, high;
    split_lanes<Real, N>(v, low, high);
    return sum_lanes<Real, 4>(low) + sum_lanes<Real, 4>(high);
  } else if constexpr (sizeof(Real) == 4 && N == 16) {
    return sum_one<Real, 8>(add_halves<Real, 16>(v));
  } else {
    return sum_lanes<Real, N>(v);
  }
}

template <class Real, int N>
inline Lanes<Real, 4> sum_four(Lanes<Real, N> a, Lanes<Real, N> b, Lanes<Real, N> c,
                               Lanes<Real, N> d) {
  if constexpr (sizeof(Real) == 4) {
    return Four<N>::sum(a, b, c, d);
  } else {
    return Lanes<Real, 4>{sum_one<Real, N>(a), sum_one<Real, N>(b), sum_one<Real, N>(c),
                          sum_one<Real, N>(d)};
  }
}

template <class Real, int N, int K>
inline Lanes<Real, N> products(const Real* x, const Lanes<Real, N> (&dy)[K]) {
  using V = Lanes<Real, N>;
  V sum = load<V>(x) * dy[0];
  for (int k = 1; k < K; ++k) sum += load<V>(x + k * N) * dy[k];
  return sum;
}

// Rows outside, edges inside: the row of dy stays in registers, four edges at a time.
template <class Real, int W, bool Ahead>
inline void sddmm_rows(const SddmmTask<Real>& task) {
  constexpr int N = native_lanes<Real>(W), K = W / N;
  using V = Lanes<Real, N>;
  using V4 = Lanes<Real, 4>;
  const auto x_of = [x = task.x](std::uint64_t column) { return x + column * W; };
  std::int32_t row = task.first_row;
  for (std::int32_t e = task.first; e < task.last; ++row) {
    const std::int32_t end =
        task.row_begin[row + 1] < task.last ? task.row_begin[row + 1] : task.last;
    const std::int32_t ahead = end <= task.edges - kAhead ? kAhead : 0;
    V dy[K];
    for (int k = 0; k < K; ++k) {
      dy[k] = load<V>(task.dy + static_cast<std::int64_t>(row) * W + k * N);
    }
    for (; e + 4 <= end; e += 4) {
      for (int j = 0; j < 4 && Ahead; ++j) {
        fetch<W * sizeof(Real)>(x_of(task.column[e + ahead + j]));
      }
      std::uint64_t c[4];
      load_columns(task.column + e, c);
      V4 sums = sum_four<Real, N>(
          products<Real, N, K>(x_of(c[0]), dy), products<Real, N, K>(x_of(c[1]), dy),
          products<Real, N, K>(x_of(c[2]), dy), products<Real, N, K>(x_of(c[3]), dy));
      if (task.accumulate) sums += load<V4>(task.dvalues + e);
      store(task.dvalues + e, sums);
    }
    for (; e < end; ++e) {
      const Real sum = sum_one<Real, N>(products<Real, N, K>(x_of(task.column[e]), dy));
      task.dvalues[e] = task.accumulate ? task.dvalues[e] + sum : sum;
    }
  }
}

template <class Real, int W>
void sddmm_tile(const SddmmTask<Real>& task) {
  if (task.ahead) return sddmm_rows<Real, W, true>(task);
  sddmm_rows<Real, W, false>(task);
}

// Batch 1.
template <class Real>
void sddmm_scalar(const SddmmTask<Real>& task) {
  std::int32_t row = task.first_row;
  for (std::int32_t e = task.first; e < task.last; ++row) {
    const std::int32_t end =
        task.row_begin[row + 1] < task.last ? task.row_begin[row + 1] : task.last;
    const Real dy = task.dy[row];
    for (; e < end; ++e) task.dvalues[e] = task.x[task.column[e]] * dy;
  }
}

}  // namespace sparsegrow::cpu::SG_ISA
