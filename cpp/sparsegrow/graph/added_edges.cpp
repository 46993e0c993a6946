// Places the added edges of a queue of edits in the new rows and refuses duplicates.
#include "sparsegrow/base/check.h"
#include "sparsegrow/graph/edit_resolution.h"

namespace sparsegrow {
namespace {

std::int32_t row_of(const NodeTable& nodes, NodeId node, EdgeEnds edge) {
  SG_REQUIRE(nodes.row[node] >= 0, kCommit, name_of(edge), " is added at node ", node,
             ", which is removed");
  return nodes.row[node];
}

// All edges added to one row are compared with the row in one pass over it.
class DuplicateCheck {
 public:
  DuplicateCheck(const Committed& committed, const Mutation& edits, const RowChange& rows,
                 const AddedEdges& added)
      : pattern_(committed.csr.by_target), edits_(edits), rows_(rows), added_(added) {
    added_by_.assign(rows.old_row.size(), 0);
  }

  void run(const PositionSet& removed) {
    for (std::int32_t row = 0; row < rows_.nodes.rows(); ++row) {
      if (added_.by_target.size(row) == 0) continue;
      mark(row);
      if (rows_.old_row[row] != kNew) compare(row, removed);
    }
  }

 private:
  // A mark is one more than the place of its edge, so marks of earlier rows never count.
  void mark(std::int32_t row) {
    const std::int32_t first = added_.by_target.begin[row];
    for (std::int32_t k = first; k < added_.by_target.begin[row + 1]; ++k) {
      std::int32_t& mark = added_by_[added_.source[added_.by_target.order[k]]];
      SG_REQUIRE(mark <= first, kCommit, name_of(edge(k)), " is added twice");
      mark = k + 1;
    }
  }

  void compare(std::int32_t row, const PositionSet& removed) const {
    const std::int32_t old = rows_.old_row[row];
    for (std::int32_t p = pattern_.row_begin[old]; p < pattern_.row_begin[old + 1]; ++p) {
      const std::int32_t source = rows_.new_row[pattern_.column[p]];
      const bool clash = source >= 0 && added_by_[source] > added_.by_target.begin[row];
      SG_REQUIRE(!clash || removed.contains(p), kCommit, name_of(edge(added_by_[source] - 1)),
                 " is there already");
    }
  }

  EdgeEnds edge(std::int32_t k) const { return edits_.added_edges[added_.by_target.order[k]]; }

  const Pattern& pattern_;
  const Mutation& edits_;
  const RowChange& rows_;
  const AddedEdges& added_;
  std::vector<std::int32_t> added_by_;  // [new rows] mark of each source
};

}  // namespace

AddedEdges resolve_added(const Committed& committed, const Mutation& edits, const RowChange& rows,
                         const PositionSet& removed) {
  AddedEdges added;
  added.source.reserve(edits.added_edges.size());
  added.target.reserve(edits.added_edges.size());
  for (const EdgeEnds edge : edits.added_edges) {
    added.source.push_back(row_of(rows.nodes, edge.source, edge));
    added.target.push_back(row_of(rows.nodes, edge.target, edge));
  }
  added.by_target = group_by(added.target, rows.nodes.rows());
  DuplicateCheck(committed, edits, rows, added).run(removed);
  return added;
}

}  // namespace sparsegrow
