// embed, embed_grad and embed_update on ragged rows. A row has few edges, in memory of its own, and
// is met at random: the lanes run over its edges.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/adagrad.h"
#include "cpu/kernels/transpose.h"

namespace sparsegrow::cpu::SG_ISA {

template <class Real>
inline void add_row(const EmbedRowTask<Real>& task, std::int32_t row, Real* sums) {
  for (std::int32_t e = task.row_begin[row]; e < task.row_begin[row + 1]; ++e) {
    sums[task.target[e]] += task.weight[e] * task.gate[e];
  }
}

// Asks for the first edges of the rows that the next sample will need.
template <class Real>
inline void fetch_rows(const EmbedRowTask<Real>& task, std::int32_t column) {
  for (std::int32_t i = task.sample_begin[column]; i < task.sample_begin[column + 1]; ++i) {
    const std::int32_t e = task.row_begin[task.row[i]];
    fetch<64>(task.weight + e);
    fetch<64>(task.gate + e);
    fetch<64>(task.target + e);
  }
}

template <class Real>
inline void sum_rows(const EmbedRowTask<Real>& task, const EmbedTile<Real>& tile, std::int32_t lane,
                     Real* sums) {
  for (std::int32_t t = 0; t < task.padded_outputs; ++t) sums[t] = 0;
  if (lane >= tile.valid) return;
  const std::int32_t column = tile.first_column + lane;
  if (lane + 1 < tile.valid) fetch_rows(task, column + 1);
  for (std::int32_t i = task.sample_begin[column]; i < task.sample_begin[column + 1]; ++i) {
    add_row(task, task.row[i], sums);
  }
}

template <class Real>
void embed_row_single(const EmbedRowTask<Real>& task, const EmbedTile<Real>& tile) {
  sum_rows(task, tile, 0, task.turned);
  for (std::int32_t t = 0; t < task.outputs; ++t) tile.panel[t] = task.turned[t] + task.bias[t];
}

// Eight samples at a time; task.turned has room for 8 x padded_outputs.
template <class Real>
void embed_row_tile(const EmbedRowTask<Real>& task, const EmbedTile<Real>& tile) {
  using V = Lanes<Real, 8>;
  if (tile.width == 1) return embed_row_single(task, tile);
  const std::int32_t padded = task.padded_outputs;
  for (std::int32_t first = 0; first < tile.width; first += 8) {
    for (int k = 0; k < 8; ++k) sum_rows(task, tile, first + k, task.turned + k * padded);
    for (std::int32_t j = 0; j < task.outputs; j += 8) {
      V turned[8];
      load_turned(task.turned + j, padded, turned);
      for (std::int32_t i = 0; i < 8 && j + i < task.outputs; ++i) {
        store(tile.panel + static_cast<std::int64_t>(j + i) * tile.width + first,
              turned[i] + task.bias[j + i]);
      }
    }
  }
}

// turned[sample][padded_outputs] = dz of all outputs, for the samples of a tile.
template <class Real>
void embed_row_turn(const EmbedRowTask<Real>& task, const EmbedTile<Real>& tile) {
  using V = Lanes<Real, 8>;
  const std::int64_t padded = task.padded_outputs;
  Real* const turned = task.turned + tile.first_column * padded;
  if (tile.width == 1) {
    for (std::int32_t j = 0; j < task.outputs; ++j) turned[j] = tile.panel[j];
    return;
  }
  for (std::int32_t first = 0; first < tile.width; first += 8) {
    for (std::int32_t j = 0; j < task.outputs; j += 8) {
      V r[8];
      for (std::int32_t i = 0; i < 8; ++i) {
        const Real* const dz = tile.panel + static_cast<std::int64_t>(j + i) * tile.width + first;
        r[i] = j + i < task.outputs ? load<V>(dz) : V{};
      }
      transpose_8x8<Real>(r);
      for (int i = 0; i < 8; ++i) store(turned + (first + i) * padded + j, r[i]);
    }
  }
}

// The live rows [first, last) of the task's list.
template <class Real>
void embed_row_grad(const EmbedRowTask<Real>& task, std::int64_t first, std::int64_t last) {
  for (std::int64_t l = first; l < last; ++l) {
    const std::int32_t begin = task.row_begin[task.live[l]], end = task.row_begin[task.live[l] + 1];
    for (std::int32_t e = begin; e < end; ++e) task.gradient[e] = 0;
    for (std::int32_t i = task.live_begin[l]; i < task.live_begin[l + 1]; ++i) {
      const Real* const dz = task.turned + std::int64_t{task.column[i]} * task.padded_outputs;
      for (std::int32_t e = begin; e < end; ++e) task.gradient[e] += dz[task.target[e]];
    }
  }
}

template <class Real>
void embed_row_update(const EmbedRowTask<Real>& task, const GatedTask<Real>& edges,
                      std::int64_t first, std::int64_t last) {
  constexpr int N = native_lanes<Real>(8);
  for (std::int64_t l = first; l < last; ++l) {
    std::int32_t e = task.row_begin[task.live[l]];
    const std::int32_t end = task.row_begin[task.live[l] + 1];
    for (; e + N <= end; e += N) gated_adagrad<Real, N>(edges, e);
    for (; e < end; ++e) gated_adagrad<Real, 1>(edges, e);
  }
}

}  // namespace sparsegrow::cpu::SG_ISA
