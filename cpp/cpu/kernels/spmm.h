// spmm: y[r] = bias[r] + sum over the edges of row r of value * x[column]. spmm_t is the same
// kernel on the transposed pattern, whose values are found through `position`.
//
// Measured on AVX2 (Zen 3, one thread, 32 lanes) and not kept:
// - two halves of 16 lanes, so that fewer lines of x are live: 25 % slower on every shape;
// - gathering the transposed values in a loop of its own: 2.5 ns per edge, against 0.8 ns when the
//   first tile does it;
// - finding them anew in every tile: as fast for 1 or 2 tiles, slower from 4 on;
// - fetching ahead everywhere: 10-15 % slower while a tile fits the second cache;
// - the rows of a block sorted by length, for the branch predictor: 7-15 % slower, since rows
//   then no longer follow one another in memory;
// - fetching the values ahead that spmm_t gathers: no gain on 3072 x 3072 at 1 %;
// - columns stored as byte offsets, which saves their shifts: 10 % faster while a tile fits the
//   first cache and 4 % beyond, for 4 more bytes per edge;
// - dx by scatter at batch 32, values in their order: 1.2 to 1.5 times the time, for its stores;
// - AVX2's gather instruction at batch 1: 1.5 to 1.8 times the time of four loads.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"
#include "cpu/kernels/row_values.h"

namespace sparsegrow::cpu::SG_ISA {

// Adds value * x of one edge to K sums of N lanes. Both operands are read before they are used:
// were a sanitizer's check of memory between product and sum, they would round one by one.
template <class Real, class V, int K>
inline void add_product(V value, const Real* x, V (&sum)[K]) {
  constexpr int N = sizeof(V) / sizeof(Real);
  for (int k = 0; k < K; ++k) {
    const V before = sum[k], source = load<V>(x + k * N);
    sum[k] = before + value * source;
  }
}

// Lanes [part, part + K * N) of a tile of W: K sums of N lanes stay in registers while the edges of
// a row pass by, each one splat weight times K contiguous vectors. Even and odd edges are summed
// apart, to hide the latency of the multiply-add, in every width alike: the result of a sample does
// not depend on its place in the batch.
template <class Real, int W, int N, int K, Values From, bool Ahead>
inline void spmm_part(const SpmmTask<Real>& task, int part) {
  using V = Lanes<Real, N>;
  RowValues<Real, From> weight(task);
  const auto source = [x = task.x + part](std::uint64_t column) { return x + column * W; };
  for (std::int64_t i = 0; i < task.count; ++i) {
    const std::int32_t row = task.rows[i];
    const std::int32_t begin = task.row_begin[row], end = task.row_begin[row + 1];
    const std::int32_t edges = end - begin;
    const std::int32_t* const column = task.column + begin;
    const std::int32_t* const later = end <= task.edges - kAhead ? column + kAhead : column;
    Real* const y = task.y + static_cast<std::int64_t>(row) * W + part;
    weight.enter_row(begin);
    V even[K] = {}, odd[K] = {};
    for (int k = 0; k < K; ++k) {
      if (task.accumulate)
        even[k] = load<V>(y + k * N);
      else if (task.bias)
        even[k] = splat<V>(task.bias[row]);
    }
    std::int32_t e = 0;
    for (; e + 4 <= edges; e += 4) {
      for (int u = 0; u < 4 && Ahead; ++u) fetch<W * sizeof(Real)>(source(later[e + u]));
      std::uint64_t c[4];
      V value[4];
      load_columns(column + e, c);
      weight.template splat_at<N>(e, value);
      add_product(value[0], source(c[0]), even);
      add_product(value[1], source(c[1]), odd);
      add_product(value[2], source(c[2]), even);
      add_product(value[3], source(c[3]), odd);
    }
    if (edges & 2) {
      add_product(splat<V>(weight.at(e)), source(column[e]), even);
      add_product(splat<V>(weight.at(e + 1)), source(column[e + 1]), odd);
      e += 2;
    }
    if (edges & 1) add_product(splat<V>(weight.at(e)), source(column[e]), even);
    weight.leave_row(edges);
    for (int k = 0; k < K; ++k) store(y + k * N, even[k] + odd[k]);
  }
}

template <class Real, int W, Values From, bool Ahead>
inline void spmm_parts(const SpmmTask<Real>& task) {
  constexpr int N = native_lanes<Real>(W);
  constexpr int K = W / N < 4 ? W / N : 4;  // 2 K sums fit the registers
  for (int part = 0; part < W; part += K * N) spmm_part<Real, W, N, K, From, Ahead>(task, part);
}

template <class Real, int W, Values From>
inline void spmm_from(const SpmmTask<Real>& task) {
  if (task.ahead) return spmm_parts<Real, W, From, true>(task);
  spmm_parts<Real, W, From, false>(task);
}

template <class Real, int W>
void spmm_tile(const SpmmTask<Real>& task) {
  switch (task.from) {
    case Values::in_place:
      return spmm_from<Real, W, Values::in_place>(task);
    case Values::gather:
      return spmm_from<Real, W, Values::gather>(task);
    case Values::gather_keep:
      return spmm_from<Real, W, Values::gather_keep>(task);
    case Values::kept:
      return spmm_from<Real, W, Values::kept>(task);
  }
}

// What the sum of a row starts from, at batch 1.
template <class Real>
inline Real start_of(const SpmmTask<Real>& task, std::int32_t row) {
  if (task.accumulate) return task.y[row];
  return task.bias ? task.bias[row] : Real(0);
}

// value * x of edges e to e + 3, at batch 1.
template <class Real, Values From>
inline Lanes<Real, 4> four_products(const RowValues<Real, From>& weight, const Real* x,
                                    const std::int32_t* column, std::int32_t e) {
  std::uint64_t c[4];
  load_columns(column + e, c);
  return weight.four_at(e) * Lanes<Real, 4>{x[c[0]], x[c[1]], x[c[2]], x[c[3]]};
}

// Batch 1: K sums of four edges each. Rows of few edges have one, so that little is left at the
// end.
template <class Real, Values From, int K>
inline void spmm_rows(const SpmmTask<Real>& task) {
  using V = Lanes<Real, 4>;
  RowValues<Real, From> weight(task);
  for (std::int64_t i = 0; i < task.count; ++i) {
    const std::int32_t row = task.rows[i];
    const std::int32_t begin = task.row_begin[row], edges = task.row_begin[row + 1] - begin;
    const std::int32_t* const column = task.column + begin;
    weight.enter_row(begin);
    V sum[K] = {};
    std::int32_t e = 0;
    for (; e + 4 * K <= edges; e += 4 * K) {
      for (int k = 0; k < K; ++k) sum[k] += four_products(weight, task.x, column, e + 4 * k);
    }
    for (; e + 4 <= edges; e += 4) sum[0] += four_products(weight, task.x, column, e);
    Real rest = start_of(task, row);
    for (; e < edges; ++e) rest += weight.at(e) * task.x[column[e]];
    for (int k = 1; k < K; ++k) sum[0] += sum[k];
    task.y[row] = rest + sum_lanes<Real, 4>(sum[0]);
  }
}

template <class Real>
void spmm_scalar(const SpmmTask<Real>& task) {
  if (task.from == Values::gather) return spmm_rows<Real, Values::gather, 1>(task);
  spmm_rows<Real, Values::in_place, 1>(task);
}

template <class Real>
void spmm_vector(const SpmmTask<Real>& task) {
  if (task.from == Values::gather) return spmm_rows<Real, Values::gather, 4>(task);
  spmm_rows<Real, Values::in_place, 4>(task);
}

}  // namespace sparsegrow::cpu::SG_ISA
