// The topology of a growing network, immutable once made: 98 sub-DAGs of hidden neurons, one for
// each output character, their one-hot inputs as dense blocks, and the pattern inputs.
//
// Rows of the hidden graph are the hidden neurons, sub-DAG after sub-DAG and inside each in order
// of creation, then the 98 outputs. The neurons of layer 1 alone are wired to the characters; those
// above it take neurons of lower layers of their sub-DAG. Every neuron has an edge to its output.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sparsegrow/backend/one_hot.h"
#include "sparsegrow/graph/graph.h"
#include "sparsegrow/grow/pattern_tree.h"

namespace sparsegrow {

constexpr std::int32_t kMaxContext = 64;
constexpr std::int32_t kMostLayers = 64;  // that max_depth may allow

struct SubDag {
  std::int32_t context = 0;    // characters that its first layer sees
  std::vector<NodeId> inputs;  // neurons of its first layer, in order of creation
};

struct Wiring {
  Graph::Snapshot graph;                        // group s is sub-DAG s, group 98 the outputs
  std::vector<SubDag> sub_dags;                 // [98]
  std::vector<NodeId> memory;                   // neurons with a memory cell, as they got it
  std::shared_ptr<const PatternTree> patterns;  // never null
  std::int64_t closed = 0;  // one-hot edges that were pruned: weight and gate stay zero
  std::int32_t max_depth = 5;

  std::int32_t rows() const { return graph->nodes.rows(); }
  std::int32_t hidden() const { return rows() - kVocabulary; }
  std::int32_t level_of(NodeId node) const;
  std::int32_t depth(std::int32_t sub_dag) const;  // highest layer, 0 without neurons
  std::int32_t context() const;                    // longest of the sub-DAGs
  std::int64_t input_edges() const;
  bool has_memory(NodeId node) const;
};

// The embryo's wiring: one hidden neuron per sub-DAG. Throws invalid_argument for a context
// outside 1..kMaxContext or a depth outside 1..kMostLayers.
Wiring embryo_wiring(std::int32_t context, std::int32_t max_depth);

// The blocks of a wiring: block s belongs to sub-DAG s. Strides are multiples of kBlockStride.
// Throws invalid_argument for more than kMaxEdges elements.
InputBlocks input_blocks(const Wiring& wiring);

// Where each element of `next` was in `before`: kNew for what is new, padding included. Neurons of
// `before` keep their column, positions their rows.
Remap block_remap(const InputBlocks& before, const InputBlocks& next);

// Throws invalid_argument unless the parts agree with one another as stated above and no list has a
// neuron twice. Of what it is given the graph and the tree alone must be sound.
void require_wiring(const Wiring& wiring, const char* where);

}  // namespace sparsegrow
