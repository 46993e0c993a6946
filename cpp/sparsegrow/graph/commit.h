// One commit: from a committed state and a queue of edits to the next state.
#pragma once

#include <memory>

#include "sparsegrow/graph/graph.h"

namespace sparsegrow {

struct CommitResult {
  std::shared_ptr<const Committed> next;
  Remap remap;
};

// Throws as Graph::commit; `committed` is never changed. Cost O(V + E + p).
CommitResult commit_edits(const Committed& committed, const Mutation& edits);

// The plans of both sides, from the patterns and target_level.
void make_plans(Csr& csr);

}  // namespace sparsegrow
