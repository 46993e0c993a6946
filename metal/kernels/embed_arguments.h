// What the host hands to the kernels of one-hot inputs, arrays of structs included: the host finds
// out who is live, so that no thread is started for what is not. Legal C++ and legal Metal.
#pragma once

#include "sparsegrow/backend/kernel_params.h"

namespace sparsegrow {

// One neuron of the blocks.
struct EmbedNeuron {
  int64_t element;  // of its value for symbol 0 at position 0
  int32_t row;      // of the panel
  int32_t positions;
  int32_t stride;  // elements from one row of its block to the next
};

// A row of the blocks that is live in some sample: position * symbols + symbol. Its samples are
// column[first .. last).
struct EmbedLiveRow {
  int32_t row;
  int32_t first;
  int32_t last;
};

// embed_block, embed_grad_block
struct EmbedBlockArguments {
  PanelShape panel;
  int32_t neurons;
  int32_t symbols;
};

// embed_update_block
struct EmbedUpdateBlockArguments {
  OptimizerParamsOf<float> optimizer;
  int32_t neurons;
  int32_t symbols;
};

// A live ragged row: edges [first, first + edges) of the table, with their outputs at
// target[target .. target + edges).
struct EmbedRun {
  int32_t first;
  int32_t edges;
  int32_t target;
};

// embed_row (`runs`: columns of the panel, padding included), embed_grad_row (`runs`: live rows)
struct EmbedRowArguments {
  PanelShape panel;
  int32_t first_row;
  int32_t outputs;
  int32_t runs;
};

// embed_update_row
struct EmbedUpdateRowArguments {
  OptimizerParamsOf<float> optimizer;
  int32_t runs;
};

}  // namespace sparsegrow
