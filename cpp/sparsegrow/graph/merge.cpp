#include "sparsegrow/graph/merge.h"

#include "sparsegrow/base/large_vector.h"
#include "sparsegrow/base/parallel.h"

namespace sparsegrow {
namespace {

// Row offsets of the new by_target.
std::vector<std::int32_t> target_offsets(const Csr& old, const ResolvedEdits& edits) {
  const RowChange& rows = edits.rows;
  std::vector<std::int32_t> begin(rows.old_row.size() + 1, 0);
  for (std::int32_t r = 0; r < rows.nodes.rows(); ++r) {
    std::int32_t degree = edits.added.by_target.size(r);
    if (rows.old_row[r] != kNew) {
      const std::int32_t first = old.by_target.row_begin[rows.old_row[r]];
      const std::int32_t last = old.by_target.row_begin[rows.old_row[r] + 1];
      degree += last - first - (edits.removed.rank(last) - edits.removed.rank(first));
    }
    begin[r + 1] = begin[r] + degree;
  }
  return begin;
}

// Row offsets of the new by_source.
std::vector<std::int32_t> source_offsets(const Csr& old, const ResolvedEdits& edits) {
  const RowChange& rows = edits.rows;
  std::vector<std::int32_t> begin(rows.old_row.size() + 1, 0);
  for (std::int32_t r = 0; r < rows.nodes.rows(); ++r) {
    const std::int32_t o = rows.old_row[r];
    if (o != kNew) begin[r + 1] = old.by_source.row_begin[o + 1] - old.by_source.row_begin[o];
  }
  edits.removed.for_each([&](std::int32_t p) {
    const std::int32_t source = rows.new_row[old.by_target.column[p]];
    if (source >= 0) --begin[source + 1];
  });
  for (const std::int32_t source : edits.added.source) ++begin[source + 1];
  for (std::size_t r = 1; r < begin.size(); ++r) begin[r] += begin[r - 1];
  return begin;
}

// The first touch of their pages is most of what the large arrays cost, so it is shared out.
void allocate(Csr& next, Remap& remap) {
  const auto edges = static_cast<std::size_t>(next.by_target.row_begin.back());
  std::vector<std::int32_t>* const arrays[] = {&next.by_target.column, &next.by_source.column,
                                               &next.position, &remap.edge};
  parallel_for(4, [&](std::int64_t i) { assign_large(*arrays[i], edges); });
}

}  // namespace

void merge_edges(const Csr& old, const ResolvedEdits& edits, Csr& next, Remap& remap) {
  next.by_target.row_begin = target_offsets(old, edits);
  next.by_source.row_begin = source_offsets(old, edits);
  remap.old_edges = old.edges();
  remap.added.resize(edits.added.source.size());
  allocate(next, remap);
  merge_by_target(old, edits, next.by_target, remap);
  merge_by_source(old, edits, remap, next);
}

}  // namespace sparsegrow
