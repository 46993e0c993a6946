// spmm_t at batch 1, by target: dx[source of e] += value of e * dy[target of e].
#pragma once

#include "cpu/kernel_table.h"

namespace sparsegrow::cpu::SG_ISA {

// Four edges at a time: a row has each source once, so that the four sums are independent.
template <class Real>
void spmm_t_scatter(const ScatterTask<Real>& task) {
  const std::int32_t* const column = task.column;
  const Real* const values = task.values;
  Real* const dx = task.dx;
  std::int32_t e = task.row_begin[task.first];
  for (std::int32_t row = task.first; row < task.last; ++row) {
    const std::int32_t end = task.row_begin[row + 1];
    const Real dy = task.dy[row];
    for (; e + 4 <= end; e += 4) {
      const Real a = dx[column[e]] + values[e] * dy;
      const Real b = dx[column[e + 1]] + values[e + 1] * dy;
      const Real c = dx[column[e + 2]] + values[e + 2] * dy;
      const Real d = dx[column[e + 3]] + values[e + 3] * dy;
      dx[column[e]] = a;
      dx[column[e + 1]] = b;
      dx[column[e + 2]] = c;
      dx[column[e + 3]] = d;
    }
    for (; e < end; ++e) dx[column[e]] += values[e] * dy;
  }
}

}  // namespace sparsegrow::cpu::SG_ISA
