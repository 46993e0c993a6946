// Finds the positions of the edges that a queue of edits removes.
#include "sparsegrow/base/check.h"
#include "sparsegrow/graph/edit_resolution.h"

namespace sparsegrow {
namespace {

// Looks up edges by their ends. All requests of one target row are answered in one pass over the
// row.
class Lookup {
 public:
  Lookup(const Committed& committed, const std::vector<EdgeEnds>& wanted)
      : nodes_(committed.nodes), pattern_(committed.csr.by_target), wanted_(wanted) {
    std::vector<std::int32_t> target;
    target.reserve(wanted.size());
    for (const EdgeEnds edge : wanted) target.push_back(nodes_.row[edge.target]);
    by_target_ = group_by(target, nodes_.rows());
    wanted_by_.assign(nodes_.node.size(), 0);
  }

  void insert_into(PositionSet& removed) {
    for (std::int32_t row = 0; row < nodes_.rows(); ++row) {
      if (by_target_.size(row) == 0) continue;
      mark(row);
      collect(row, removed);
      require_all_found(row);
    }
  }

 private:
  EdgeEnds request(std::int32_t k) const { return wanted_[by_target_.order[k]]; }
  std::int32_t& mark_of(std::int32_t k) { return wanted_by_[nodes_.row[request(k).source]]; }

  // A mark is one more than the place of its request; finding the edge wipes it.
  void mark(std::int32_t row) {
    for (std::int32_t k = by_target_.begin[row]; k < by_target_.begin[row + 1]; ++k) {
      SG_REQUIRE(mark_of(k) == 0, kCommit, name_of(request(k)), " is removed twice");
      mark_of(k) = k + 1;
    }
  }

  void collect(std::int32_t row, PositionSet& removed) {
    for (std::int32_t p = pattern_.row_begin[row]; p < pattern_.row_begin[row + 1]; ++p) {
      std::int32_t& mark = wanted_by_[pattern_.column[p]];
      if (mark == 0) continue;
      SG_REQUIRE(removed.insert(p), kCommit, name_of(request(mark - 1)), " is removed twice");
      mark = 0;
    }
  }

  void require_all_found(std::int32_t row) {
    for (std::int32_t k = by_target_.begin[row]; k < by_target_.begin[row + 1]; ++k) {
      SG_REQUIRE(mark_of(k) == 0, kCommit, name_of(request(k)), " is not there to be removed");
    }
  }

  const NodeTable& nodes_;
  const Pattern& pattern_;
  const std::vector<EdgeEnds>& wanted_;
  Buckets by_target_;
  std::vector<std::int32_t> wanted_by_;  // [rows] mark of each source
};

void insert_edges_of(const Csr& csr, std::int32_t row, PositionSet& removed) {
  const auto& in = csr.by_target.row_begin;
  for (std::int32_t p = in[row]; p < in[row + 1]; ++p) removed.insert(p);
  const auto& out = csr.by_source.row_begin;
  for (std::int32_t e = out[row]; e < out[row + 1]; ++e) removed.insert(csr.position[e]);
}

}  // namespace

PositionSet resolve_removed(const Committed& committed, const Mutation& edits) {
  PositionSet removed(committed.csr.edges());
  for (const std::int32_t p : edits.removed_positions) {
    SG_REQUIRE(removed.insert(p), kCommit, "the edge at position ", p, " is removed twice");
  }
  if (!edits.removed_edges.empty()) {
    Lookup(committed, edits.removed_edges).insert_into(removed);
  }
  for (const NodeId node : edits.removed_nodes) {
    insert_edges_of(committed.csr, committed.nodes.row[node], removed);
  }
  removed.freeze();
  return removed;
}

}  // namespace sparsegrow
