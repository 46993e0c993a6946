// adam: one optimizer step over a flat array. SGD and Nesterov momentum are choices of the same
// verb; the formulas stand with OptimizerParams.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/adagrad.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

template <class Real, int N>
inline void adam_block(const AdamTask<Real>& task, std::int64_t i) {
  using V = Lanes<Real, N>;
  const OptimizerParams& p = task.params;
  const Real beta1 = Real(p.beta1), beta2 = Real(p.beta2), l2 = Real(p.l2), decay = Real(p.decay);
  const Real step = Real(p.rate) / Real(p.correction1), correction = Real(1) / Real(p.correction2);
  const V w = load<V>(task.weights + i);
  const V g = load<V>(task.gradient + i) + l2 * w;
  const V m = beta1 * load<V>(task.m + i) + (1 - beta1) * g;
  const V v = beta2 * load<V>(task.v + i) + (1 - beta2) * (g * g);
  store(task.m + i, m);
  store(task.v + i, v);
  const V change = step * m / (sqrt_lanes<N>(v * correction) + Real(p.epsilon));
  store(task.weights + i, w - change - decay * w);
}

template <class Real, int N, bool Nesterov>
inline void momentum_block(const AdamTask<Real>& task, std::int64_t i) {
  using V = Lanes<Real, N>;
  const OptimizerParams& p = task.params;
  const Real momentum = task.m ? Real(p.momentum) : Real(0);
  const Real rate = Real(p.rate), l2 = Real(p.l2), decay = Real(p.decay);
  const V w = load<V>(task.weights + i);
  const V step = rate * (load<V>(task.gradient + i) + l2 * w);
  V velocity = -step;
  if (task.m) {
    velocity = momentum * load<V>(task.m + i) - step;
    store(task.m + i, velocity);
  }
  const V change = Nesterov ? momentum * velocity - step : velocity;
  store(task.weights + i, w + change - decay * w);
}

template <class Real, int N>
inline void adagrad_block(const AdamTask<Real>& task, std::int64_t i) {
  using V = Lanes<Real, N>;
  const Real l2 = Real(task.params.l2), decay = Real(task.params.decay);
  const V w = load<V>(task.weights + i);
  const V g = load<V>(task.gradient + i) + l2 * w;
  store(task.weights + i, w - adagrad_change<Real, N>(task.params, task.v + i, g) - decay * w);
}

// The last elements go one by one through the same formula.
template <class Real>
void adam(const AdamTask<Real>& task) {
  constexpr int N = native_lanes<Real>(16);
  const auto run = [&](auto block, auto single) {
    std::int64_t i = 0;
    for (; i + N <= task.count; i += N) block(task, i);
    for (; i < task.count; ++i) single(task, i);
  };
  switch (task.params.kind) {
    case OptimizerKind::sgd:
      return run(momentum_block<Real, N, false>, momentum_block<Real, 1, false>);
    case OptimizerKind::nesterov:
      return run(momentum_block<Real, N, true>, momentum_block<Real, 1, true>);
    case OptimizerKind::adam:
      return run(adam_block<Real, N>, adam_block<Real, 1>);
    case OptimizerKind::adagrad:
      return run(adagrad_block<Real, N>, adagrad_block<Real, 1>);
  }
}

}  // namespace sparsegrow::cpu::SG_ISA
