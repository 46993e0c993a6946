// One-hot inputs, slowly: tables drawn at random, and what embed, embed_grad and cell should give.
#pragma once

#include <cmath>
#include <vector>

#include "reference/matrix.h"
#include "sparsegrow/backend/one_hot.h"

namespace sparsegrow::reference {

// Blocks of the given (positions, neurons); rows are dealt out over the panel in turn.
inline InputBlocks blocks_of(std::int32_t symbols,
                             const std::vector<std::pair<std::int32_t, std::int32_t>>& sizes) {
  InputBlocks table;
  table.symbols = symbols;
  for (const auto& [positions, neurons] : sizes) {
    const std::int32_t stride = (neurons + kBlockStride - 1) / kBlockStride * kBlockStride;
    const auto first = static_cast<std::int32_t>(table.rows.size());
    table.blocks.push_back({table.elements, first, positions, neurons, stride});
    table.elements += std::int64_t{positions} * symbols * stride;
    for (std::int32_t j = 0; j < neurons; ++j) table.rows.push_back(2 * (first + j) + 1);
  }
  return table;
}

inline std::int32_t panel_rows(const InputBlocks& table) {
  return 2 * static_cast<std::int32_t>(table.rows.size()) + 2;
}

// Random symbols; the last few never occur.
inline LiveSymbols symbols_of(std::int32_t batch, std::int32_t positions, std::int32_t symbols,
                              std::uint64_t seed) {
  Rng rng(seed, 21);
  LiveSymbols live{batch, positions, symbols, {}, {}, {}};
  for (std::int32_t p = 0; p < positions; ++p) {
    std::vector<std::uint8_t> own;
    for (std::int32_t b = 0; b < batch; ++b) {
      own.push_back(static_cast<std::uint8_t>(rng.below(static_cast<std::uint64_t>(symbols - 2))));
    }
    live.begin.push_back(0);
    std::int32_t placed = 0;
    for (std::int32_t c = 0; c < symbols; ++c) {
      for (std::int32_t b = 0; b < batch; ++b) {
        if (own[static_cast<std::size_t>(b)] == c) live.column.push_back(b), ++placed;
      }
      live.begin.push_back(placed);
    }
    live.symbol.insert(live.symbol.end(), own.begin(), own.end());
  }
  return live;
}

// Calls visit(element, panel row, sample) for each live element.
template <class Visit>
void for_live(const InputBlocks& table, const LiveSymbols& live, Visit visit) {
  for (const InputBlock& block : table.blocks) {
    for (std::int32_t p = 0; p < block.positions; ++p) {
      for (std::int32_t b = 0; b < live.batch; ++b) {
        const std::int64_t symbol = live.symbol[static_cast<std::size_t>(p * live.batch + b)];
        const std::int64_t row = p * std::int64_t{table.symbols} + symbol;
        for (std::int32_t j = 0; j < block.neurons; ++j) {
          visit(static_cast<std::size_t>(block.begin + row * block.stride + j),
                table.rows[static_cast<std::size_t>(block.first + j)], b);
        }
      }
    }
  }
}

// Inputs with 0 to 40 edges each, some without.
inline InputRows rows_of(std::int32_t inputs, std::int32_t outputs, std::uint64_t seed) {
  Rng rng(seed, 22);
  InputRows table;
  table.outputs = outputs;
  for (std::int32_t r = 0; r < inputs; ++r) {
    const std::int32_t edges =
        r % 5 == 2 ? 0 : static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(outputs)));
    const std::int32_t start = static_cast<std::int32_t>(rng.below(7));
    for (std::int32_t k = 0; k < edges; ++k) table.target.push_back((start + k) % outputs);
    table.row_begin.push_back(table.edges());
  }
  return table;
}

// Up to five live inputs per sample, from the first half of the inputs.
inline LiveRows live_of(const InputRows& table, std::int32_t batch, std::uint64_t seed) {
  Rng rng(seed, 23);
  LiveRows live;
  live.batch = batch;
  live.sample_begin = {0};
  const auto half = static_cast<std::uint64_t>(table.inputs() / 2);
  std::vector<std::vector<std::int32_t>> samples(half);
  for (std::int32_t b = 0; b < batch; ++b) {
    const auto first = rng.below(half), count = rng.below(6);
    for (std::uint64_t k = 0; k < count; ++k) {
      const auto row = (first + 3 * k) % half;
      live.row.push_back(static_cast<std::int32_t>(row));
      samples[row].push_back(b);
    }
    live.sample_begin.push_back(static_cast<std::int32_t>(live.row.size()));
  }
  live.live_begin = {0};
  for (std::size_t row = half; row-- > 0;) {
    if (samples[row].empty()) continue;
    live.live.push_back(static_cast<std::int32_t>(row));
    live.column.insert(live.column.end(), samples[row].begin(), samples[row].end());
    live.live_begin.push_back(static_cast<std::int32_t>(live.column.size()));
  }
  return live;
}

template <class Visit>
void for_live(const InputRows& table, const LiveRows& live, Visit visit) {
  for (std::int32_t b = 0; b < live.batch; ++b) {
    const auto i = static_cast<std::size_t>(b);
    for (std::int32_t k = live.sample_begin[i]; k < live.sample_begin[i + 1]; ++k) {
      const auto row = static_cast<std::size_t>(live.row[static_cast<std::size_t>(k)]);
      for (std::int32_t e = table.row_begin[row]; e < table.row_begin[row + 1]; ++e) {
        visit(static_cast<std::size_t>(e), table.target[static_cast<std::size_t>(e)], b);
      }
    }
  }
}

// One memory cell over the steps of one stream: z becomes z', c and h go on.
inline void cell(const std::vector<double>& p, std::vector<double>& z, double& c, double& h) {
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (double& at : z) {
    const double i = sigmoid(p[0] * at + p[1] * h + p[2]);
    const double f = sigmoid(p[3] * at + p[4] * h + p[5]);
    const double o = sigmoid(p[6] * at + p[7] * h + p[8]);
    const double g = std::tanh(p[9] * at + p[10] * h + p[11]);
    c = f * c + i * g;
    h = o * std::tanh(c);
    at += p[12] * h;
  }
}

}  // namespace sparsegrow::reference
