// level_stats: sum, sum of squares, largest magnitude and count of zeros of the listed rows of a
// tile.
#pragma once

#include "cpu/kernels/activate.h"

namespace sparsegrow::cpu::SG_ISA {

// Totals are double, so that a long sum of float32 does not lose its small terms.
template <class Real, int N>
inline void add_stats(const Real* lanes, std::int32_t count, StatSums& all) {
  using V = Lanes<Real, N>;
  using D = Lanes<double, N>;
  D sum{}, square{}, zeros{};
  V largest{};
  for (std::int32_t k = 0; k < count; k += N) {
    const V here = load<V>(lanes + k);
    const V size = here < V{} ? -here : here;
    D wide;
    if constexpr (N == 1) {
      wide = here;
    } else {
      wide = __builtin_convertvector(here, D);
    }
    sum += wide;
    square += wide * wide;
    zeros += wide == D{} ? splat<D>(1.0) : D{};
    largest = size > largest ? size : largest;
  }
  all.sum += sum_lanes<double, N>(sum);
  all.square += sum_lanes<double, N>(square);
  all.zeros += sum_lanes<double, N>(zeros);
  Real sizes[N];
  store(sizes, largest);
  for (const Real size : sizes) all.max_abs = size > all.max_abs ? size : all.max_abs;
}

template <class Real>
void level_stats(const StatsTask<Real>& task) {
  constexpr int N = native_lanes<double>(8);
  StatSums all = *task.sums;
  const std::int32_t whole = task.at.valid / N * N;
  for_rows(task.at, [&](std::int64_t offset, std::int32_t) {
    add_stats<Real, N>(task.tile + offset, whole, all);
    add_stats<Real, 1>(task.tile + offset + whole, task.at.valid - whole, all);
  });
  *task.sums = all;
}

}  // namespace sparsegrow::cpu::SG_ISA
