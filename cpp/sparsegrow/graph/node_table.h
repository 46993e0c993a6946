// Who the nodes are and which row of the activation array each has.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/graph/mutation.h"

namespace sparsegrow {

constexpr std::int32_t kMaxGroups = 1 << 20;
constexpr std::int32_t kMaxMinLevel = 1 << 20;

// Rows run group by group and, inside a group, in order of creation. So growth appends at the end
// of its group, and the order of the rows that were there before never changes.
struct NodeTable {
  std::vector<NodeSpec> spec;                // [nodes ever made] by id
  std::vector<std::int32_t> row;             // [nodes ever made] row, or -1 once removed
  std::vector<NodeId> node;                  // [rows] id of the node of each row
  std::vector<std::int32_t> group_begin{0};  // [groups + 1] into rows

  std::int32_t rows() const { return static_cast<std::int32_t>(node.size()); }
  std::int32_t nodes() const { return static_cast<std::int32_t>(spec.size()); }
  std::int32_t groups() const { return static_cast<std::int32_t>(group_begin.size()) - 1; }
};

// Throws invalid_argument for a group outside [0, kMaxGroups) or, unless it is an input, a
// min_level outside [1, kMaxMinLevel]: tables have one entry per group and per level.
void require_spec(const NodeSpec& spec, const char* where);

// Fills row, node and group_begin from spec and from `removed` ([nodes], true for a node that is
// gone). Throws as require_spec, and for flags that are not one per node. Cost O(nodes + groups).
void assign_rows(NodeTable& table, const std::vector<bool>& removed);

}  // namespace sparsegrow
