// One-hot inputs as tables: an input that is live adds its row of the table, and nothing is
// multiplied. Which rows are live is found once per batch, on the host, and grouped both ways.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/backend/kernel_params.h"

namespace sparsegrow {

// Dense rows: each neuron of a block is wired to every symbol at each of the block's positions.
struct InputBlocks {
  std::int32_t symbols = 0;
  std::vector<InputBlock> blocks;
  std::vector<std::int32_t> rows;  // panel rows of the neurons, block after block
  std::int64_t elements = 0;       // of the value arrays, padding included
};

// The symbol at each position of each sample.
struct LiveSymbols {
  std::int32_t batch = 0;
  std::int32_t positions = 0;
  std::int32_t symbols = 0;
  std::vector<std::uint8_t> symbol;  // [positions][batch]
  std::vector<std::int32_t> column;  // [positions][batch] samples sorted by their symbol, stably
  std::vector<std::int32_t> begin;   // [positions][symbols + 1] into a position's `column`
};

// Ragged rows: input r is wired to the outputs target[row_begin[r] .. row_begin[r + 1]).
struct InputRows {
  std::int32_t outputs = 0;
  std::vector<std::int32_t> row_begin{0};  // [inputs + 1]
  std::vector<std::int32_t> target;        // [edges], in [0, outputs)

  std::int32_t inputs() const { return static_cast<std::int32_t>(row_begin.size()) - 1; }
  std::int32_t edges() const { return static_cast<std::int32_t>(target.size()); }
};

// The live inputs of each sample, and the samples of each input that is live in any.
struct LiveRows {
  std::int32_t batch = 0;
  std::vector<std::int32_t> sample_begin;  // [batch + 1] into `row`
  std::vector<std::int32_t> row;           // inputs, sample after sample
  std::vector<std::int32_t> live;          // the distinct inputs among them, as first met
  std::vector<std::int32_t> live_begin;    // [live + 1] into `column`
  std::vector<std::int32_t> column;        // samples of each, rising
};

// The state of a table's edges, as the optimizer sees it: an edge counts with weight * gate.
class Buffer;
struct GatedEdges {
  Buffer* weight;
  Buffer* gate;
  Buffer* weight_sum;  // of squared gradients, for adagrad
  Buffer* gate_sum;
};

}  // namespace sparsegrow
