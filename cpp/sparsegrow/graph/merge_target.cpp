#include <algorithm>
#include <numeric>

#include "sparsegrow/graph/merge.h"
#include "sparsegrow/graph/row_chunks.h"

namespace sparsegrow {
namespace {

class TargetMerge {
 public:
  TargetMerge(const Pattern& old, const ResolvedEdits& edits, Pattern& next, Remap& remap)
      : old_(old), edits_(edits), rows_(edits.rows), next_(next), remap_(remap) {
    const auto& new_row = edits.rows.new_row;
    for (std::int32_t r = 0; r < old.rows(); ++r) moved_ |= new_row[r] >= 0 && new_row[r] != r;
  }

  void fill_rows(std::int32_t first, std::int32_t last) const {
    while (first < last) {
      const std::int32_t end = untouched_until(first, last);
      if (end > first) {
        copy(old_.row_begin[rows_.old_row[first]], old_.row_begin[rows_.old_row[end - 1] + 1],
             next_.row_begin[first]);
        first = end;
      } else {
        fill_row(first++);
      }
    }
  }

 private:
  // Rows that keep all their edges and get none, and follow each other in the old order, are one
  // copy.
  std::int32_t untouched_until(std::int32_t first, std::int32_t last) const {
    std::int32_t row = first;
    while (row < last && is_untouched(row) &&
           (row == first || rows_.old_row[row] == rows_.old_row[row - 1] + 1)) {
      ++row;
    }
    return row;
  }

  bool is_untouched(std::int32_t row) const {
    const std::int32_t old = rows_.old_row[row];
    if (old == kNew || edits_.added.by_target.size(row) > 0) return false;
    return next_.row_begin[row + 1] - next_.row_begin[row] ==
           old_.row_begin[old + 1] - old_.row_begin[old];
  }

  void fill_row(std::int32_t row) const {
    std::int32_t out = next_.row_begin[row];
    const std::int32_t old = rows_.old_row[row];
    if (old != kNew) out = copy_kept(old_.row_begin[old], old_.row_begin[old + 1], out);
    const Buckets& added = edits_.added.by_target;
    for (std::int32_t k = added.begin[row]; k < added.begin[row + 1]; ++k, ++out) {
      next_.column[out] = edits_.added.source[added.order[k]];
      remap_.edge[out] = kNew;
      remap_.added[added.order[k]] = out;
    }
  }

  std::int32_t copy_kept(std::int32_t first, std::int32_t last, std::int32_t out) const {
    for (std::int32_t p = first; p < last; ++p) {
      if (edits_.removed.contains(p)) continue;
      next_.column[out] = rows_.new_row[old_.column[p]];
      remap_.edge[out++] = p;
    }
    return out;
  }

  void copy(std::int32_t first, std::int32_t last, std::int32_t out) const {
    const std::int32_t* from = old_.column.data() + first;
    std::int32_t* to = next_.column.data() + out;
    const std::int32_t count = last - first;
    if (moved_) {
      std::transform(from, from + count, to, [&](std::int32_t c) { return rows_.new_row[c]; });
    } else {
      std::copy_n(from, count, to);
    }
    std::iota(remap_.edge.begin() + out, remap_.edge.begin() + out + count, first);
  }

  const Pattern& old_;
  const ResolvedEdits& edits_;
  const RowChange& rows_;
  Pattern& next_;
  Remap& remap_;
  bool moved_ = false;  // some row has another index, so columns must be renamed
};

}  // namespace

void merge_by_target(const Csr& old, const ResolvedEdits& edits, Pattern& by_target, Remap& remap) {
  const TargetMerge merge(old.by_target, edits, by_target, remap);
  for_each_run(by_target.row_begin,
               [&](std::int32_t first, std::int32_t last) { merge.fill_rows(first, last); });
}

}  // namespace sparsegrow
