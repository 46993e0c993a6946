// row_sum: out[r] = sum over the samples of row r.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

template <class Real>
void row_sum(const RowSumTask<Real>& task) {
  constexpr int N = native_lanes<Real>(8);
  using V = Lanes<Real, N>;
  for (std::int32_t row = task.first; row < task.last; ++row) {
    const Real* const lanes = task.tile + static_cast<std::int64_t>(row) * task.width;
    V sum{};
    std::int32_t k = 0;
    for (; k + N <= task.valid; k += N) sum += load<V>(lanes + k);
    Real total = sum_lanes<Real, N>(sum);
    for (; k < task.valid; ++k) total += lanes[k];
    task.out[row] = task.accumulate ? task.out[row] + total : total;
  }
}

}  // namespace sparsegrow::cpu::SG_ISA
