// mse: squared error per sample and its gradient, lanes over the samples of a tile.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

template <class Real, int N>
inline void mse_block(const MseTask<Real>& task, std::int32_t first) {
  using V = Lanes<Real, N>;
  Real keep[N], sums[N];
  for (int k = 0; k < N; ++k) keep[k] = first + k < task.valid ? task.scale : Real(0);
  const V scale = load<V>(keep);
  V sum{};
  for (std::int32_t r = 0; r < task.outputs; ++r) {
    const std::int64_t offset = static_cast<std::int64_t>(r) * task.width + first;
    const V error = load<V>(task.a + offset) - load<V>(task.target + offset);
    sum += error * error;
    store(task.d + offset, error * scale);
  }
  store(sums, sum * task.inverse_outputs);
  for (int k = 0; k < N && first + k < task.valid; ++k) task.losses[first + k] = sums[k];
}

template <class Real>
void mse(const MseTask<Real>& task) {
  if (task.width == 1) return mse_block<Real, 1>(task, 0);
  constexpr int N = native_lanes<Real>(8);
  for (std::int32_t first = 0; first < task.width; first += N) mse_block<Real, N>(task, first);
}

}  // namespace sparsegrow::cpu::SG_ISA
