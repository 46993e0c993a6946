// The by_source lists are merged, not sorted again: rows never change their order, so a list that
// rose by position still does, and only the added edges must be put in their places.
#include "sparsegrow/graph/merge.h"
#include "sparsegrow/graph/row_chunks.h"

namespace sparsegrow {
namespace {

// Where the old positions of a row go: by one constant, less what was removed before each.
struct RowShift {
  std::int32_t row;    // new row, or -1 for one that goes
  std::int32_t shift;  // new position = old position - removed before it + shift
};

std::vector<RowShift> row_shifts(const Pattern& old, const ResolvedEdits& edits,
                                 const std::vector<std::int32_t>& new_begin) {
  std::vector<RowShift> shifts(edits.rows.new_row.size());
  for (std::int32_t r = 0; r < old.rows(); ++r) {
    const std::int32_t row = edits.rows.new_row[r];
    const std::int32_t begin = old.row_begin[r];
    shifts[r] = {row, row < 0 ? 0 : new_begin[row] - (begin - edits.removed.rank(begin))};
  }
  return shifts;
}

struct AddedEdge {
  std::int32_t target;
  std::int32_t position;
};

// The added edges by source and, in a source, by new position.
struct AddedBySource {
  std::vector<std::int32_t> begin;  // [rows + 1]
  std::vector<AddedEdge> edge;      // [added]
};

std::vector<std::int32_t> count_by_source(const AddedEdges& added, std::int32_t rows) {
  std::vector<std::int32_t> begin(static_cast<std::size_t>(rows) + 1, 0);
  for (const std::int32_t source : added.source) ++begin[source + 1];
  for (std::size_t r = 1; r < begin.size(); ++r) begin[r] += begin[r - 1];
  return begin;
}

// Goes through the added edges by position, so the positions rise in each source.
AddedBySource group_by_source(const AddedEdges& added, const Remap& remap, std::int32_t rows) {
  AddedBySource out;
  out.begin = count_by_source(added, rows);
  out.edge.resize(added.source.size());
  std::vector<std::int32_t> next = out.begin;
  for (const std::int32_t k : added.by_target.order) {
    out.edge[next[added.source[k]]++] = {added.target[k], remap.added[k]};
  }
  return out;
}

class SourceMerge {
 public:
  SourceMerge(const Csr& old, const ResolvedEdits& edits, const Remap& remap, Csr& next)
      : old_(old),
        edits_(edits),
        next_(next),
        shifts_(row_shifts(old.by_target, edits, next.by_target.row_begin)),
        added_(group_by_source(edits.added, remap, next.sources())) {}

  template <bool kRemoves>
  void fill_rows(std::int32_t first, std::int32_t last) const {
    for (std::int32_t row = first; row < last; ++row) {
      const std::int32_t old = edits_.rows.old_row[row];
      Cursor cursor{next_.by_source.row_begin[row], added_.begin[row], added_.begin[row + 1]};
      if (old != kNew) merge_old<kRemoves>(old, cursor);
      while (cursor.added < cursor.added_end) put_added(cursor);
    }
  }

 private:
  struct Cursor {
    std::int32_t out;
    std::int32_t added;
    std::int32_t added_end;
  };

  template <bool kRemoves>
  void merge_old(std::int32_t old, Cursor& cursor) const {
    std::int32_t e = old_.by_source.row_begin[old];
    const std::int32_t end = old_.by_source.row_begin[old + 1];
    while (cursor.added < cursor.added_end) {
      e = put_kept<kRemoves>(e, end, added_.edge[cursor.added].position, cursor);
      if (e == end) return;
      put_added(cursor);
    }
    put_kept<kRemoves>(e, end, kMaxEdges, cursor);
  }

  // Puts the kept old edges [e, end) whose new position is below `limit`; returns the first other.
  template <bool kRemoves>
  std::int32_t put_kept(std::int32_t e, std::int32_t end, std::int32_t limit,
                        Cursor& cursor) const {
    const std::int32_t* const old_position = old_.position.data();
    const std::int32_t* const old_column = old_.by_source.column.data();
    const RowShift* const shifts = shifts_.data();
    std::int32_t* const column = next_.by_source.column.data();
    std::int32_t* const position = next_.position.data();
    std::int32_t out = cursor.out;
    for (; e < end; ++e) {
      const std::int32_t p = old_position[e];
      if (kRemoves && edits_.removed.contains(p)) continue;
      const RowShift to = shifts[old_column[e]];
      const std::int32_t moved = p + to.shift - (kRemoves ? edits_.removed.rank(p) : 0);
      if (moved >= limit) break;
      column[out] = to.row;
      position[out++] = moved;
    }
    cursor.out = out;
    return e;
  }

  void put_added(Cursor& cursor) const {
    const AddedEdge& edge = added_.edge[cursor.added++];
    next_.by_source.column[cursor.out] = edge.target;
    next_.position[cursor.out++] = edge.position;
  }

  const Csr& old_;
  const ResolvedEdits& edits_;
  Csr& next_;
  const std::vector<RowShift> shifts_;  // [old rows]
  const AddedBySource added_;
};

}  // namespace

void merge_by_source(const Csr& old, const ResolvedEdits& edits, const Remap& remap, Csr& next) {
  const SourceMerge merge(old, edits, remap, next);
  const bool removes = edits.removed.count() > 0;
  for_each_run(next.by_source.row_begin, [&](std::int32_t first, std::int32_t last) {
    if (removes) return merge.fill_rows<true>(first, last);
    merge.fill_rows<false>(first, last);
  });
}

}  // namespace sparsegrow
