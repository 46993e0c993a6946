#include "sparsegrow/graph/edit_resolution.h"

#include <utility>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

// Which nodes are gone once the edits are done.
std::vector<bool> removed_flags(const NodeTable& table, const Mutation& edits) {
  std::vector<bool> removed(table.spec.size(), false);
  for (std::size_t n = 0; n < table.row.size(); ++n) removed[n] = table.row[n] < 0;
  for (const NodeId node : edits.removed_nodes) {
    SG_REQUIRE(!removed[node], kCommit, "node ", node, " is removed twice");
    removed[node] = true;
  }
  return removed;
}

NodeTable changed_nodes(const NodeTable& old, const Mutation& edits) {
  NodeTable table = old;
  if (edits.new_nodes.empty() && edits.removed_nodes.empty()) return table;
  table.spec.insert(table.spec.end(), edits.new_nodes.begin(), edits.new_nodes.end());
  assign_rows(table, removed_flags(table, edits));
  return table;
}

}  // namespace

std::string name_of(EdgeEnds edge) { return concat("edge ", edge.source, " -> ", edge.target); }

RowChange resolve_rows(const NodeTable& old, const Mutation& edits) {
  RowChange change;
  change.nodes = changed_nodes(old, edits);
  change.new_row.resize(old.node.size());
  change.old_row.assign(change.nodes.node.size(), kNew);
  for (std::int32_t r = 0; r < old.rows(); ++r) {
    const std::int32_t moved = change.nodes.row[old.node[r]];
    change.new_row[r] = moved;
    if (moved >= 0) change.old_row[moved] = r;
  }
  return change;
}

void require_edge_count(std::int64_t edges, const char* where) {
  SG_REQUIRE(edges <= kMaxEdges, where, "got ", edges, " edges, expected at most ", kMaxEdges);
}

ResolvedEdits resolve(const Committed& committed, const Mutation& edits) {
  RowChange rows = resolve_rows(committed.nodes, edits);
  PositionSet removed = resolve_removed(committed, edits);
  require_edge_count(std::int64_t{committed.csr.edges()} - removed.count() +
                         static_cast<std::int64_t>(edits.added_edges.size()),
                     kCommit);
  AddedEdges added = resolve_added(committed, edits, rows, removed);
  return {std::move(rows), std::move(removed), std::move(added)};
}

}  // namespace sparsegrow
