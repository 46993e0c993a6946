// activate_grad: d *= f'(z) for the listed rows of a tile, and the gradient of SReLU's own numbers.
#pragma once

#include "cpu/kernels/activate.h"

namespace sparsegrow::cpu::SG_ISA {

template <class Real, int N, class Function>
inline void scale_rows(const ActivateTask<Real>& task, Function derivative) {
  using V = Lanes<Real, N>;
  for_rows(task.at, [&](std::int64_t offset, std::int32_t) {
    for (std::int32_t k = 0; k < task.at.width; k += N) {
      const V d = load<V>(task.a + offset + k);
      store(task.a + offset + k, d * derivative(load<V>(task.z + offset + k)));
    }
  });
}

template <class Real, int N>
inline void srelu_grad(const ActivateTask<Real>& task) {
  using V = Lanes<Real, N>;
  const V one = splat<V>(Real(1));
  for_rows(task.at, [&](std::int64_t offset, std::int32_t row) {
    const Srelu<Real> p(task.srelu, task.rows, row);
    const V left = splat<V>(p.left), right = splat<V>(p.right);
    V sums[kSreluParameters] = {};
    for (std::int32_t k = 0; k < task.at.width; k += N) {
      const V z = load<V>(task.z + offset + k), d = load<V>(task.a + offset + k);
      const V above = z >= right ? d : V{};
      const V below = z >= right ? V{} : z <= left ? d : V{};
      sums[kLeftThreshold] += below * (1 - p.left_slope);
      sums[kLeftSlope] += below * (z - left);
      sums[kRightThreshold] += above * (1 - p.right_slope);
      sums[kRightSlope] += above * (z - right);
      const V slope = z >= right  ? splat<V>(p.right_slope)
                      : z <= left ? splat<V>(p.left_slope)
                                  : one;
      store(task.a + offset + k, d * slope);
    }
    for (int j = 0; j < kSreluParameters; ++j) {
      Real& out = task.dsrelu[j * task.rows + row];
      out = sum_lanes<Real, N>(sums[j]) + (task.accumulate ? out : Real(0));
    }
  });
}

template <class Real, int N>
inline void slope_of_output(const ActivateTask<Real>& task) {
  using V = Lanes<Real, N>;
  if (task.f.kind == ActivationKind::tanh)
    return scale_rows<Real, N>(task, [](V a) { return 1 - a * a; });
  scale_rows<Real, N>(task, [](V a) { return a * (1 - a); });
}

template <class Real, int N>
inline void activate_grad_lanes(const ActivateTask<Real>& task) {
  using V = Lanes<Real, N>;
  const V one = splat<V>(Real(1)), slope = splat<V>(static_cast<Real>(task.f.slope));
  if (task.from_output) return slope_of_output<Real, N>(task);
  switch (task.f.kind) {
    case ActivationKind::identity:
      return;
    case ActivationKind::relu:
      return scale_rows<Real, N>(task, [=](V z) { return z > V{} ? one : slope; });
    case ActivationKind::tanh:
      return scale_rows<Real, N>(task, [](V z) {
        const V t = Math<Real, N>::tanh(z);
        return 1 - t * t;
      });
    case ActivationKind::sigmoid:
      return scale_rows<Real, N>(task, [](V z) {
        const V s = Math<Real, N>::sigmoid(z);
        return s * (1 - s);
      });
    case ActivationKind::srelu:
      return srelu_grad<Real, N>(task);
  }
}

template <class Real>
void activate_grad(const ActivateTask<Real>& task) {
  if (task.at.width == 1) return activate_grad_lanes<Real, 1>(task);
  activate_grad_lanes<Real, native_lanes<Real>(8)>(task);
}

}  // namespace sparsegrow::cpu::SG_ISA
