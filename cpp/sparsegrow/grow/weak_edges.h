// Which edges a prune takes: the weakest of those that have been trained.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/grow/char_net.h"

namespace sparsegrow {

struct WeakEdges {
  std::vector<std::int32_t> hidden;    // places in the hidden graph
  std::vector<std::int32_t> patterns;  // places in the pattern tree's rows
  std::vector<std::int32_t> inputs;    // elements of the blocks

  std::int64_t edges() const {
    return static_cast<std::int64_t>(hidden.size() + patterns.size() + inputs.size());
  }
};

// Consecutive one-hot inputs of a neuron that are pruned together, counted from its first: those on
// one cache line of 128 bytes, so that a gather over what stays still takes whole lines.
constexpr std::int32_t kPrunedRun = 32;

// At least `count` edges of least |weight * gate| in a sub-DAG, or in the whole network (-1), where
// alone patterns are considered, as they belong to no sub-DAG. One-hot edges go by whole runs,
// whose mean counts, so a few more edges than asked for may be taken. Edges to an output stay, and
// what has never had a gradient. Throws invalid_argument if there are fewer. Cost O(edges).
WeakEdges weakest_edges(const CharNet& net, std::int32_t sub_dag, std::int64_t count);

}  // namespace sparsegrow
