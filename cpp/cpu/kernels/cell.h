// cell and cell_grad: lanes over the streams, steps one after another; formulas in kernel_params.h.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/math.h"

namespace sparsegrow::cpu::SG_ISA {

// c or h (kind 0 or 1) of N streams from `stream` on, at the border of the window.
template <class Real, int N>
inline Lanes<Real, N> load_memory(const CellTask<Real>& task, const Real* memory, int kind) {
  Real lanes[N];
  for (int k = 0; k < N; ++k) {
    lanes[k] = memory[(std::int64_t{kind} * task.streams + task.stream + k) * task.rows + task.row];
  }
  return load<Lanes<Real, N>>(lanes);
}

template <class Real, int N>
inline void store_memory(const CellTask<Real>& task, Real* memory, int kind, Lanes<Real, N> v) {
  Real lanes[N];
  store(lanes, v);
  for (int k = 0; k < N; ++k) {
    memory[(std::int64_t{kind} * task.streams + task.stream + k) * task.rows + task.row] = lanes[k];
  }
}

template <class Real>
inline Real* tape_at(const CellTask<Real>& task, std::int32_t step, int kind) {
  const CellStep& at = task.steps[step];
  return task.tape + at.tape_tile + (std::int64_t{kind} * task.cells + task.cell) * at.width +
         at.lane;
}

template <class Real>
inline Real* panel_at(const CellTask<Real>& task, std::int32_t step) {
  const CellStep& at = task.steps[step];
  return task.panel + at.panel_tile + std::int64_t{task.row} * at.width + at.lane;
}

template <class Real, int N>
void cell_lanes(const CellTask<Real>& task) {
  using V = Lanes<Real, N>;
  using M = Math<Real, N>;
  Real p[kCellParameters];
  for (int k = 0; k < kCellParameters; ++k) p[k] = task.parameters[k * task.rows + task.row];
  V c = load_memory<Real, N>(task, task.before, 0), h = load_memory<Real, N>(task, task.before, 1);
  for (std::int32_t t = 0; t < task.step_count; ++t) {
    Real* const at = panel_at(task, t);
    const V z = load<V>(at);
    const V i = M::sigmoid(p[0] * z + p[1] * h + p[2]);
    const V f = M::sigmoid(p[3] * z + p[4] * h + p[5]);
    const V o = M::sigmoid(p[6] * z + p[7] * h + p[8]);
    const V g = M::tanh(p[9] * z + p[10] * h + p[11]);
    c = f * c + i * g;
    h = o * M::tanh(c);
    store(at, z + p[12] * h);
    const V kept[kCellTape] = {z, i, f, o, g, c};
    for (int k = 0; k < kCellTape; ++k) store(tape_at(task, t, k), kept[k]);
  }
  store_memory<Real, N>(task, task.after, 0, c);
  store_memory<Real, N>(task, task.after, 1, h);
}

// Adds the streams of this task to dparameters of its row.
template <class Real, int N>
void cell_grad_lanes(const CellTask<Real>& task) {
  using V = Lanes<Real, N>;
  using M = Math<Real, N>;
  Real p[kCellParameters];
  for (int k = 0; k < kCellParameters; ++k) p[k] = task.parameters[k * task.rows + task.row];
  V dp[kCellParameters] = {};
  V dc{}, dh{};  // from the step after
  const auto tape = [&](std::int32_t t, int kind) { return load<V>(tape_at(task, t, kind)); };
  for (std::int32_t t = task.step_count; t-- > 0;) {
    Real* const at = panel_at(task, t);
    const V dz = load<V>(at);
    const V z = tape(t, kTapeZ), i = tape(t, kTapeI), f = tape(t, kTapeF), o = tape(t, kTapeO),
            g = tape(t, kTapeG), tanh_c = M::tanh(tape(t, kTapeC));
    const V c_before = t > 0 ? tape(t - 1, kTapeC) : load_memory<Real, N>(task, task.before, 0);
    const V h_before = t > 0 ? tape(t - 1, kTapeO) * M::tanh(c_before)
                             : load_memory<Real, N>(task, task.before, 1);
    dp[12] += dz * (o * tanh_c);
    dh += p[12] * dz;
    dc += dh * o * (Real(1) - tanh_c * tanh_c);
    // Of the gates' arguments, in the order of their parameters.
    const V d[4] = {dc * g * i * (Real(1) - i), dc * c_before * f * (Real(1) - f),
                    dh * tanh_c * o * (Real(1) - o), dc * i * (Real(1) - g * g)};
    V sum = dz;
    dc *= f;
    dh = V{};
    for (int k = 0; k < 4; ++k) {
      sum += p[3 * k] * d[k];
      dh += p[3 * k + 1] * d[k];
      dp[3 * k] += d[k] * z;
      dp[3 * k + 1] += d[k] * h_before;
      dp[3 * k + 2] += d[k];
    }
    store(at, sum);
  }
  for (int k = 0; k < kCellParameters; ++k) {
    task.dparameters[k * task.rows + task.row] += sum_lanes<Real, N>(dp[k]);
  }
}

template <class Real>
void cell(const CellTask<Real>& task) {
  if (task.lanes == 1) return cell_lanes<Real, 1>(task);
  cell_lanes<Real, 8>(task);
}

template <class Real>
void cell_grad(const CellTask<Real>& task) {
  if (task.lanes == 1) return cell_grad_lanes<Real, 1>(task);
  cell_grad_lanes<Real, 8>(task);
}

}  // namespace sparsegrow::cpu::SG_ISA
