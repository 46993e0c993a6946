// Adagrad on edges that count with weight * gate: the gradient of the product is split over both.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

// w -= rate * g / (sqrt(v + g^2) + epsilon), v += g^2, for N elements. A padding element has
// w = gate = 0, hence no gradient, and stays what it is.
template <class Real, int N>
inline Lanes<Real, N> adagrad_change(const OptimizerParams& p, Real* sums, Lanes<Real, N> g) {
  using V = Lanes<Real, N>;
  const V v = load<V>(sums) + g * g;
  store(sums, v);
  return Real(p.rate) * g / (sqrt_lanes<N>(v) + Real(p.epsilon));
}

template <class Real, int N>
inline void gated_adagrad(const GatedTask<Real>& task, std::int64_t e) {
  using V = Lanes<Real, N>;
  const Real keep = Real(1) - Real(task.params.decay);
  const V w = load<V>(task.weight + e), gate = load<V>(task.gate + e);
  const V g = load<V>(task.gradient + e);
  const V dw = adagrad_change<Real, N>(task.params, task.weight_sum + e, gate * g);
  const V dgate = adagrad_change<Real, N>(task.params, task.gate_sum + e, w * g);
  store(task.weight + e, w * keep - dw);
  store(task.gate + e, gate - dgate);
}

}  // namespace sparsegrow::cpu::SG_ISA
