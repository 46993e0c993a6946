// dropout: zeroes the units whose hash is below the threshold and scales the others.
#pragma once

#include "cpu/kernels/activate.h"

namespace sparsegrow::cpu::SG_ISA {

// A 32-bit finaliser with two multiplications (the constants of "lowbias32"), good enough that each
// bit of the input flips each bit of the output about half the time. `U` is one word or a block of
// them.
template <class U>
inline U mix(U h) {
  h ^= h >> 16;
  h *= 0x7feb352du;
  h ^= h >> 15;
  h *= 0x846ca68bu;
  return h ^ (h >> 16);
}

template <class Real, int N>
inline void dropout_lanes(const DropoutTask<Real>& task) {
  using V = Lanes<Real, N>;
  using U = Lanes<std::uint32_t, N>;
  std::uint32_t index[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  const U lane = load<U>(index);
  const U threshold = splat<U>(task.threshold);
  const std::uint32_t call = mix(task.seed ^ mix(task.step + 0x9e3779b9u));
  for_rows(task.at, [&](std::int64_t offset, std::int32_t row) {
    const std::uint32_t of_row = mix(call + static_cast<std::uint32_t>(row));
    for (std::int32_t k = 0; k < task.at.width; k += N) {
      const std::uint32_t column = static_cast<std::uint32_t>(task.at.first_column + k);
      const U hash = mix(of_row ^ (lane + column) * 0x9e3779b9u);
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
