// embed, embed_grad and embed_update on dense rows. A task is a chunk of C neurons of one block:
// its rows of weight * gate are formed once and stay in the second cache while all samples pass.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/adagrad.h"
#include "cpu/kernels/transpose.h"

namespace sparsegrow::cpu::SG_ISA {

// Calls body(row, first, last) for each row that is live: its samples are column[first .. last).
template <class Real, class Body>
inline void for_live_rows(const EmbedBlockTask<Real>& task, Body body) {
  for (std::int32_t p = 0; p < task.positions; ++p) {
    const std::int32_t* const begin = task.begin + p * (task.symbols + 1);
    const std::int64_t offset = static_cast<std::int64_t>(p) * task.batch;
    for (std::int32_t c = 0; c < task.symbols; ++c) {
      if (begin[c] == begin[c + 1]) continue;
      body(static_cast<std::int64_t>(p) * task.symbols + c, offset + begin[c],
           offset + begin[c + 1]);
    }
  }
}

template <class Real, int C>
void embed_block_product(const EmbedBlockTask<Real>& task) {
  using V = Lanes<Real, 8>;
  for_live_rows(task, [&](std::int64_t row, std::int64_t, std::int64_t) {
    for (int j = 0; j < C; j += 8) {
      const std::int64_t at = row * task.stride + j;
      store(task.product + row * C + j, load<V>(task.weight + at) * load<V>(task.gate + at));
    }
  });
}

// The sum of one sample's live rows, C neurons.
template <class Real, int C>
inline void sum_live(const EmbedBlockTask<Real>& task, std::int32_t column, Real* sums) {
  constexpr int N = native_lanes<Real>(8);
  using V = Lanes<Real, N>;
  V sum[C / N] = {};
  const std::uint8_t* symbol = task.symbol + column;
  const Real* table = task.product;
  for (std::int32_t p = 0; p < task.positions; ++p) {
    const Real* const row = table + static_cast<std::int64_t>(*symbol) * C;
    for (int k = 0; k < C / N; ++k) sum[k] += load<V>(row + k * N);
    symbol += task.batch;
    table += static_cast<std::int64_t>(task.symbols) * C;
  }
  for (int k = 0; k < C / N; ++k) store(sums + k * N, sum[k]);
}

template <class Real, int C>
void embed_block_single(const EmbedBlockTask<Real>& task, const EmbedTile<Real>& tile) {
  Real sums[C];
  sum_live<Real, C>(task, 0, sums);
  for (int j = 0; j < task.neurons; ++j)
    tile.panel[task.rows[j]] = sums[j] + task.bias[task.rows[j]];
}

// Eight samples at a time are turned into the panel's layout; padding gets what sample 0 gets.
template <class Real, int C>
void embed_block_tile(const EmbedBlockTask<Real>& task, const EmbedTile<Real>& tile) {
  using V = Lanes<Real, 8>;
  if (tile.width == 1) return embed_block_single<Real, C>(task, tile);
  Real sums[8][C];
  for (std::int32_t first = 0; first < tile.width; first += 8) {
    for (int k = 0; k < 8; ++k) {
      const bool sample = first + k < tile.valid;
      sum_live<Real, C>(task, tile.first_column + (sample ? first + k : 0), sums[k]);
    }
    for (int j = 0; j < task.neurons; j += 8) {
      V turned[8];
      load_turned(&sums[0][j], C, turned);
      for (int i = 0; i < 8 && j + i < task.neurons; ++i) {
        const std::int32_t row = task.rows[j + i];
        store(tile.panel + static_cast<std::int64_t>(row) * tile.width + first,
              turned[i] + task.bias[row]);
      }
    }
  }
}

// turned[sample][C] = dz of the chunk's neurons, for the samples of a tile; missing neurons zero.
template <class Real, int C>
void embed_block_turn(const EmbedBlockTask<Real>& task, const EmbedTile<Real>& tile) {
  using V = Lanes<Real, 8>;
  Real* const turned = task.turned + static_cast<std::int64_t>(tile.first_column) * C;
  const auto source = [&](int j, std::int32_t lane) {
    return tile.panel + static_cast<std::int64_t>(task.rows[j]) * tile.width + lane;
  };
  if (tile.width == 1) {
    for (int j = 0; j < C; ++j) turned[j] = j < task.neurons ? *source(j, 0) : Real(0);
    return;
  }
  for (std::int32_t first = 0; first < tile.width; first += 8) {
    for (int j = 0; j < C; j += 8) {
      V r[8];
      for (int i = 0; i < 8; ++i) r[i] = j + i < task.neurons ? load<V>(source(j + i, first)) : V{};
      transpose_8x8<Real>(r);
      for (int i = 0; i < 8; ++i)
        store(turned + static_cast<std::int64_t>(first + i) * C + j, r[i]);
    }
  }
}

template <class Real, int C>
void embed_block_grad(const EmbedBlockTask<Real>& task) {
  constexpr int N = native_lanes<Real>(8);
  using V = Lanes<Real, N>;
  for_live_rows(task, [&](std::int64_t row, std::int64_t first, std::int64_t last) {
    V sum[C / N] = {};
    for (std::int64_t i = first; i < last; ++i) {
      const Real* const dz = task.turned + static_cast<std::int64_t>(task.column[i]) * C;
      for (int k = 0; k < C / N; ++k) sum[k] += load<V>(dz + k * N);
    }
    for (int k = 0; k < C / N; ++k) store(task.gradient + row * task.stride + k * N, sum[k]);
  });
}

template <class Real>
void embed_block_update(const EmbedBlockTask<Real>& task, const GatedTask<Real>& edges) {
  constexpr int N = native_lanes<Real>(8);
  for_live_rows(task, [&](std::int64_t row, std::int64_t, std::int64_t) {
    for (std::int64_t e = row * task.stride; e < (row + 1) * task.stride; e += N) {
      gated_adagrad<Real, N>(edges, e);
    }
  });
}

}  // namespace sparsegrow::cpu::SG_ISA
