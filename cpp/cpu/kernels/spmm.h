// spmm: y[r] = bias[r] + sum over the edges of row r of value * x[column]. spmm_t is the same
// kernel on the transposed pattern.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

// The values of the i-th listed row, and where the next listed row's packed values begin.
template <class Real>
struct RowValues {
  const Real* packed;
  const Real* of(const SpmmTask<Real>& task, std::int32_t begin, std::int32_t end) {
    if (!task.packed) return task.values + begin;
    const Real* here = packed;
    packed += end - begin;
    return here;
  }
};

// Columns [part, part + K * N) of a tile of W lanes: K sums of N lanes stay in registers while the
// edges of a row pass by, each one broadcast weight times K contiguous vectors. U edges are summed
// apart to hide the latency of the multiply-add.
template <class Real, int W, int N, int K, int U>
inline void spmm_part(const SpmmTask<Real>& task, int part) {
  using V = Lanes<Real, N>;
  const Real* const x = task.x + part;
  RowValues<Real> row_values{task.values};
  for (std::int64_t i = 0; i < task.count; ++i) {
    const std::int32_t row = task.rows[i];
    const std::int32_t begin = task.row_begin[row], end = task.row_begin[row + 1];
    const Real* const weight = row_values.of(task, begin, end);
    const std::int32_t* const column = task.column + begin;
    const std::int32_t edges = end - begin;
    Real* const y = task.y + static_cast<std::int64_t>(row) * W + part;
    V sum[U][K] = {};
    for (int k = 0; k < K; ++k) {
      if (task.accumulate)
        sum[0][k] = load<V>(y + k * N);
      else if (task.bias)
        sum[0][k] = splat<V>(task.bias[row]);
    }
    std::int32_t e = 0;
    for (; e + U <= edges; e += U) {
      for (int u = 0; u < U; ++u) {
        const Real w = weight[e + u];
        const Real* const source = x + static_cast<std::int64_t>(column[e + u]) * W;
        for (int k = 0; k < K; ++k) sum[u][k] += w * load<V>(source + k * N);
      }
    }
    for (; e < edges; ++e) {
      const Real* const source = x + static_cast<std::int64_t>(column[e]) * W;
      for (int k = 0; k < K; ++k) sum[0][k] += weight[e] * load<V>(source + k * N);
    }
    for (int k = 0; k < K; ++k) {
      V total = sum[0][k];
      for (int u = 1; u < U; ++u) total += sum[u][k];
      store(y + k * N, total);
    }
  }
}

template <class Real, int W>
void spmm_tile(const SpmmTask<Real>& task) {
  constexpr int N = native_lanes<Real>(W);
  constexpr int K = W / N < 8 ? W / N : 8;  // sums that fit the registers
  constexpr int U = K >= 4 ? 1 : 4 / K;
  for (int part = 0; part < W; part += K * N) spmm_part<Real, W, N, K, U>(task, part);
}

// Batch 1, few edges per row.
template <class Real>
void spmm_scalar(const SpmmTask<Real>& task) {
  RowValues<Real> row_values{task.values};
  for (std::int64_t i = 0; i < task.count; ++i) {
    const std::int32_t row = task.rows[i];
    const std::int32_t begin = task.row_begin[row], end = task.row_begin[row + 1];
    const Real* const weight = row_values.of(task, begin, end);
    const std::int32_t* const column = task.column + begin;
    const std::int32_t edges = end - begin;
    Real even = task.accumulate ? task.y[row] : task.bias ? task.bias[row] : Real(0), odd = 0;
    std::int32_t e = 0;
    for (; e + 2 <= edges; e += 2) {
      even += weight[e] * task.x[column[e]];
      odd += weight[e + 1] * task.x[column[e + 1]];
    }
    if (e < edges) even += weight[e] * task.x[column[e]];
    task.y[row] = even + odd;
  }
}

template <class Real>
inline Lanes<Real, 4> load_four(const Real* x, const std::int32_t* column) {
  return Lanes<Real, 4>{x[column[0]], x[column[1]], x[column[2]], x[column[3]]};
}

// Batch 1, 32 edges and more: the lanes run over the edges of the row.
template <class Real>
void spmm_vector(const SpmmTask<Real>& task) {
  using V = Lanes<Real, 4>;
  RowValues<Real> row_values{task.values};
  for (std::int64_t i = 0; i < task.count; ++i) {
    const std::int32_t row = task.rows[i];
    const std::int32_t begin = task.row_begin[row], end = task.row_begin[row + 1];
    const Real* const weight = row_values.of(task, begin, end);
    const std::int32_t* const column = task.column + begin;
    const std::int32_t edges = end - begin;
    V sum[4] = {};
    std::int32_t e = 0;
    for (; e + 16 <= edges; e += 16) {
      for (int k = 0; k < 4; ++k)
        sum[k] += load<V>(weight + e + 4 * k) * load_four(task.x, column + e + 4 * k);
    }
    Real rest = task.accumulate ? task.y[row] : task.bias ? task.bias[row] : Real(0);
    for (; e < edges; ++e) rest += weight[e] * task.x[column[e]];
    task.y[row] = rest + sum_lanes<Real, 4>((sum[0] + sum[1]) + (sum[2] + sum[3]));
  }
}

// The values of the listed rows of the transposed pattern, one row after another.
template <class Real>
void gather_rows(const GatherRowsTask<Real>& task) {
  Real* out = task.out;
  for (std::int64_t i = 0; i < task.count; ++i) {
    const std::int32_t end = task.row_begin[task.rows[i] + 1];
    for (std::int32_t e = task.row_begin[task.rows[i]]; e < end; ++e) {
      *out++ = task.values[task.position[e]];
    }
  }
}

}  // namespace sparsegrow::cpu::SG_ISA
