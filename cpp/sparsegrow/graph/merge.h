// Builds the new patterns of a commit from the old ones, streaming over both once.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/graph/edit_resolution.h"

namespace sparsegrow {

// Fills next.by_target, next.by_source and next.position, and remap.edge, remap.added and
// remap.old_edges. Cost O(rows + edges + p).
void merge_edges(const Csr& old, const ResolvedEdits& edits, Csr& next, Remap& remap);

// Its parts, for arrays that have their new sizes already.
void merge_by_target(const Csr& old, const ResolvedEdits& edits, Pattern& by_target, Remap& remap);
void merge_by_source(const Csr& old, const ResolvedEdits& edits, const Remap& remap, Csr& next);

}  // namespace sparsegrow
