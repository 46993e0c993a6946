// What a queue of edits means for the committed state: validated, and in terms of rows and
// positions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sparsegrow/graph/buckets.h"
#include "sparsegrow/graph/graph.h"
#include "sparsegrow/graph/position_set.h"

namespace sparsegrow {

// For messages.
constexpr char kCommit[] = "Graph.commit";
std::string name_of(EdgeEnds edge);

// Where the rows go. The order of the rows that stay never changes.
struct RowChange {
  NodeTable nodes;                    // after the edits
  std::vector<std::int32_t> new_row;  // [old rows] new row, or -1 for one that goes
  std::vector<std::int32_t> old_row;  // [new rows] old row, or kNew
};

// The added edges in terms of new rows, in the order of the edits.
struct AddedEdges {
  std::vector<std::int32_t> source;
  std::vector<std::int32_t> target;
  Buckets by_target;  // which of them each new row gets
};

struct ResolvedEdits {
  RowChange rows;
  PositionSet removed;  // old positions, frozen
  AddedEdges added;
};

// Throws invalid_argument as Graph::commit does, but for cycles. Cost O(V + E + p).
ResolvedEdits resolve(const Committed& committed, const Mutation& edits);

// Its parts, in this order.
RowChange resolve_rows(const NodeTable& old, const Mutation& edits);
PositionSet resolve_removed(const Committed& committed, const Mutation& edits);
AddedEdges resolve_added(const Committed& committed, const Mutation& edits, const RowChange& rows,
                         const PositionSet& removed);

// Throws invalid_argument for more than kMaxEdges.
void require_edge_count(std::int64_t edges, const char* where);

}  // namespace sparsegrow
