#include "sparsegrow/graph/commit.h"

#include <algorithm>
#include <utility>

#include "sparsegrow/graph/edit_resolution.h"
#include "sparsegrow/graph/levels.h"
#include "sparsegrow/graph/merge.h"

namespace sparsegrow {
namespace {

using Indices = std::vector<std::int32_t>;

// The levels as they were; a new row has the least it may have.
Indices carried_levels(const Indices& old_level, const RowChange& rows) {
  Indices level(rows.old_row.size());
  for (std::size_t r = 0; r < level.size(); ++r) {
    const NodeSpec& spec = rows.nodes.spec[rows.nodes.node[r]];
    const std::int32_t least = spec.input ? 0 : spec.min_level;
    level[r] = rows.old_row[r] == kNew ? least : old_level[rows.old_row[r]];
  }
  return level;
}

// An added edge may lift its target, unless that is above the source already.
void add_lifted(const AddedEdges& added, const Indices& level, Indices& dirty) {
  for (std::size_t k = 0; k < added.source.size(); ++k) {
    if (level[added.source[k]] >= level[added.target[k]]) dirty.push_back(added.target[k]);
  }
}

// A removed edge may let its target sink, if it alone may have held the target where it was.
void add_sunk(const Committed& old, const ResolvedEdits& edits, Indices& dirty) {
  const Csr& csr = old.csr;
  std::int32_t target = 0;
  edits.removed.for_each([&](std::int32_t p) {
    while (csr.by_target.row_begin[target + 1] <= p) ++target;
    const std::int32_t row = edits.rows.new_row[target];
    const std::int32_t level = csr.target_level[target];
    const bool held = csr.target_level[csr.by_target.column[p]] + 1 == level &&
                      level > old.nodes.spec[old.nodes.node[target]].min_level;
    if (row >= 0 && held) dirty.push_back(row);
  });
}

Indices next_levels(const Committed& old, const ResolvedEdits& edits, const Csr& next) {
  Indices level = carried_levels(old.csr.target_level, edits.rows);
  Indices dirty;
  add_lifted(edits.added, level, dirty);
  add_sunk(old, edits, dirty);
  update_levels(edits.rows.nodes, next.by_target, next.by_source, dirty, level, "Graph.commit");
  return level;
}

}  // namespace

void make_plans(Csr& csr) {
  const Indices& level = csr.target_level;
  const std::int32_t levels = level.empty() ? 0 : *std::max_element(level.begin(), level.end()) + 1;
  csr.target_plan = make_row_plan(csr.by_target.row_begin, level, levels);
  csr.source_plan = make_row_plan(csr.by_source.row_begin, level, levels);
}

CommitResult commit_edits(const Committed& committed, const Mutation& edits) {
  ResolvedEdits resolved = resolve(committed, edits);
  auto next = std::make_shared<Committed>();
  Remap remap;
  merge_edges(committed.csr, resolved, next->csr, remap);
  next->csr.target_level = next_levels(committed, resolved, next->csr);
  make_plans(next->csr);
  next->nodes = std::move(resolved.rows.nodes);
  remap.row = std::move(resolved.rows.old_row);
  remap.old_rows = committed.nodes.rows();
  return {std::move(next), std::move(remap)};
}

}  // namespace sparsegrow
