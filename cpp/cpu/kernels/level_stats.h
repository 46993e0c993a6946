// level_stats: sum, sum of squares, largest magnitude and count of zeros of the listed rows of a
// tile.
#pragma once

#include "cpu/kernels/activate.h"

namespace sparsegrow::cpu::SG_ISA {

// Totals are double, so that a long sum of float32 does not lose its small terms.
template <class Real>
void level_stats(const StatsTask<Real>& task) {
  StatSums all = *task.sums;
  for_rows(task.at, [&](std::int64_t offset, std::int32_t) {
    const Real* const lanes = task.tile + offset;
    double sum = 0, square = 0;
    std::int32_t zeros = 0;
    Real largest = 0;
    for (std::int32_t k = 0; k < task.at.valid; ++k) {
      const Real size = lanes[k] < 0 ? -lanes[k] : lanes[k];
      sum += lanes[k];
      square += static_cast<double>(lanes[k]) * lanes[k];
      zeros += lanes[k] == 0;
      largest = size > largest ? size : largest;
    }
    all.sum += sum;
    all.square += square;
    all.zeros += zeros;
    all.max_abs = largest > all.max_abs ? largest : all.max_abs;
  });
  *task.sums = all;
}

}  // namespace sparsegrow::cpu::SG_ISA
