// gate and gate_grad: an edge counts with weight * gate.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

// Calls body(index, block of lanes) over the array, the last elements one by one.
template <class Real, class Block, class Single>
inline void for_elements(std::int64_t count, Block block, Single single) {
  constexpr int N = native_lanes<Real>(8);
  std::int64_t e = 0;
  for (; e + N <= count; e += N) block(e);
  for (; e < count; ++e) single(e);
}

template <class Real, int N>
inline void gate_block(const GateTask<Real>& task, std::int64_t e) {
  using V = Lanes<Real, N>;
  store(task.product + e, load<V>(task.weight + e) * load<V>(task.gate + e));
}

template <class Real, int N>
inline void gate_grad_block(const GateTask<Real>& task, std::int64_t e) {
  using V = Lanes<Real, N>;
  const V d = load<V>(task.dproduct + e);
  store(task.dweight + e, d * load<V>(task.gate + e));
  store(task.dgate + e, d * load<V>(task.weight + e));
}

template <class Real>
void gate(const GateTask<Real>& task) {
  constexpr int N = native_lanes<Real>(8);
  for_elements<Real>(
      task.count, [&](std::int64_t e) { gate_block<Real, N>(task, e); },
      [&](std::int64_t e) { gate_block<Real, 1>(task, e); });
}

template <class Real>
void gate_grad(const GateTask<Real>& task) {
  constexpr int N = native_lanes<Real>(8);
  for_elements<Real>(
      task.count, [&](std::int64_t e) { gate_grad_block<Real, N>(task, e); },
      [&](std::int64_t e) { gate_grad_block<Real, 1>(task, e); });
}

}  // namespace sparsegrow::cpu::SG_ISA
