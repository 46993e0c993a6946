// dropout: zeroes the units whose hash is below the threshold and scales the others.
#pragma once

#include "cpu/kernels/activate.h"
#include "sparsegrow/backend/dropout_mask.h"

namespace sparsegrow::cpu::SG_ISA {

template <class Real, int N>
inline void dropout_lanes(const DropoutTask<Real>& task) {
  using V = Lanes<Real, N>;
  using U = Lanes<std::uint32_t, N>;
  std::uint32_t index[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  const U lane = load<U>(index);
  const U threshold = splat<U>(task.threshold);
  const std::uint32_t call = dropout_call(task.seed, task.step);
  for_rows(task.at, [&](std::int64_t offset, std::int32_t row) {
    const std::uint32_t of_row = dropout_row(call, row);
    for (std::int32_t k = 0; k < task.at.width; k += N) {
      const std::uint32_t column = static_cast<std::uint32_t>(task.at.first_column + k);
      const U hash = dropout_hash(of_row, lane + column);
      Real* const unit = task.tile + offset + k;
      const V kept = load<V>(unit) * task.scale;
      if constexpr (N == 1) {
        *unit = hash < threshold ? Real(0) : kept;
      } else {
        using Mask = decltype(kept > kept);
        const Mask dropped = __builtin_convertvector(hash < threshold, Mask);
        store(unit, dropped ? V{} : kept);
      }
    }
  });
}

template <class Real>
void dropout(const DropoutTask<Real>& task) {
  if (task.at.width == 1) return dropout_lanes<Real, 1>(task);
  dropout_lanes<Real, native_lanes<Real>(8)>(task);
}

}  // namespace sparsegrow::cpu::SG_ISA
