// The level of a row: inputs 0, others one more than their highest source, and at least their
// min_level.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/graph/csr.h"
#include "sparsegrow/graph/node_table.h"

namespace sparsegrow {

// Throws invalid_argument when the edges close a cycle; `where` opens the message. Cost O(rows +
// edges).
std::vector<std::int32_t> compute_levels(const NodeTable& nodes, const Pattern& by_target,
                                         const Pattern& by_source,
                                         const char* where = "compute_levels");

// Brings `level` up to date when only the rows of `dirty` may have a wrong one, and hence what they
// reach. Every cycle must run through a dirty row. Throws as compute_levels.
// Cost O(rows + edges into and out of what the dirty rows reach).
void update_levels(const NodeTable& nodes, const Pattern& by_target, const Pattern& by_source,
                   const std::vector<std::int32_t>& dirty, std::vector<std::int32_t>& level,
                   const char* where);

}  // namespace sparsegrow
