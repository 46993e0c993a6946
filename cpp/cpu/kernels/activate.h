// activate: a = f(z) for the listed rows of a tile.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/math.h"

namespace sparsegrow::cpu::SG_ISA {

// Calls body(row offset in the tile, row) for each listed row.
template <class Body>
inline void for_rows(const TileRows& at, Body body) {
  for (std::int64_t i = 0; i < at.count; ++i) {
    body(static_cast<std::int64_t>(at.rows[i]) * at.width, at.rows[i]);
  }
}

// to = f(from), N lanes at a time.
template <class Real, int N, class Function>
inline void map_rows(const TileRows& at, const Real* from, Real* to, Function f) {
  for_rows(at, [&](std::int64_t offset, std::int32_t) {
    for (std::int32_t k = 0; k < at.width; k += N) {
      store(to + offset + k, f(load<Lanes<Real, N>>(from + offset + k)));
    }
  });
}

// SReLU's four numbers of one row.
template <class Real>
struct Srelu {
  Real left, left_slope, right, right_slope;
  Srelu(const Real* all, std::int64_t rows, std::int32_t row)
      : left(all[kLeftThreshold * rows + row]),
        left_slope(all[kLeftSlope * rows + row]),
        right(all[kRightThreshold * rows + row]),
        right_slope(all[kRightSlope * rows + row]) {}
};

template <class Real, int N>
inline void activate_srelu(const ActivateTask<Real>& task) {
  using V = Lanes<Real, N>;
  for_rows(task.at, [&](std::int64_t offset, std::int32_t row) {
    const Srelu<Real> p(task.srelu, task.rows, row);
    const V left = splat<V>(p.left), right = splat<V>(p.right);
    for (std::int32_t k = 0; k < task.at.width; k += N) {
      const V z = load<V>(task.z + offset + k);
      const V below = left + p.left_slope * (z - left);
      const V above = right + p.right_slope * (z - right);
      store(task.a + offset + k, z >= right ? above : z <= left ? below : z);
    }
  });
}

template <class Real, int N>
inline void activate_lanes(const ActivateTask<Real>& task) {
  using V = Lanes<Real, N>;
  const Real slope = Real(task.f.slope);
  switch (task.f.kind) {
    case ActivationKind::identity:
      if (task.z == task.a) return;
      return map_rows<Real, N>(task.at, task.z, task.a, [](V z) { return z; });
    case ActivationKind::relu:
      return map_rows<Real, N>(task.at, task.z, task.a,
                               [=](V z) { return z > V{} ? z : slope * z; });
    case ActivationKind::tanh:
      return map_rows<Real, N>(task.at, task.z, task.a, [](V z) { return Math<Real, N>::tanh(z); });
    case ActivationKind::sigmoid:
      return map_rows<Real, N>(task.at, task.z, task.a,
                               [](V z) { return Math<Real, N>::sigmoid(z); });
    case ActivationKind::srelu:
      return activate_srelu<Real, N>(task);
  }
}

template <class Real>
void activate(const ActivateTask<Real>& task) {
  if (task.at.width == 1) return activate_lanes<Real, 1>(task);
  activate_lanes<Real, native_lanes<Real>(8)>(task);
}

}  // namespace sparsegrow::cpu::SG_ISA
