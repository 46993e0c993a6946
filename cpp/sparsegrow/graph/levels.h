// The level of a row: inputs 0, others one more than their highest source, and at least their min_level.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/graph/csr.h"
#include "sparsegrow/graph/node_table.h"

namespace sparsegrow {

// Throws invalid_argument when the edges close a cycle. Cost O(rows + edges).
std::vector<std::int32_t> compute_levels(const NodeTable& nodes, const Pattern& by_target,
                                         const Pattern& by_source);

}  // namespace sparsegrow
