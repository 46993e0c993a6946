// spmm_t at batch 1, by target: dx[source of e] += value of e * dy[target of e].
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

// Four edges at a time: a row has each source once, so that the four sums are independent.
template <class Real>
void spmm_t_scatter(const ScatterTask<Real>& task) {
  using V = Lanes<Real, 4>;
  const std::int32_t* const column = task.column;
  const Real* const values = task.values;
  Real* const dx = task.dx;
  std::int32_t e = task.row_begin[task.first];
  for (std::int32_t row = task.first; row < task.last; ++row) {
    const std::int32_t end = task.row_begin[row + 1];
    const Real dy = task.dy[row];
    for (; e + 4 <= end; e += 4) {
      std::uint64_t c[4];
      load_columns(column + e, c);
      const V step = load<V>(values + e) * dy;
      const V sum = V{dx[c[0]], dx[c[1]], dx[c[2]], dx[c[3]]} + step;
      for (int k = 0; k < 4; ++k) dx[c[k]] = sum[k];
    }
    for (; e < end; ++e) dx[column[e]] += values[e] * dy;
  }
}

}  // namespace sparsegrow::cpu::SG_ISA
