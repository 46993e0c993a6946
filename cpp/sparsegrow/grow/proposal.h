// A mutation that somebody proposes: plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sparsegrow/grow/pattern_tree.h"

namespace sparsegrow {

enum class MutationKind { widen, deepen, expand_context, activate_memory, prune, specialise };

struct Proposal {
  MutationKind kind = MutationKind::widen;
  std::int32_t sub_dag = -1;  // -1: the whole network (prune, specialise)
  std::int32_t layer = 0;     // widen: that the neurons join; deepen: above which the new one goes
  std::int64_t count = 1;     // neurons, positions, cells or edges
  std::uint64_t seed = 0;
};

const char* name_of(MutationKind kind);
MutationKind mutation_named(const std::string& name);  // throws invalid_argument

// What specialise chooses from, best first: edges that would gain, and patterns that are often live
// and worth a place in the tree though no edge of theirs gains yet.
struct PatternOffer {
  std::vector<PatternEdge> edges;
  std::vector<PatternEdge> bare;
};

}  // namespace sparsegrow
