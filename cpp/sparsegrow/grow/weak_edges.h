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
};

// The `count` edges of least |weight * gate| in a sub-DAG, or in the whole network (-1), where
// alone patterns are considered, as they belong to no sub-DAG. What has never had a gradient is
// left alone. Throws invalid_argument if there are fewer. Cost O(edges).
WeakEdges weakest_edges(const CharNet& net, std::int32_t sub_dag, std::int64_t count);

}  // namespace sparsegrow
