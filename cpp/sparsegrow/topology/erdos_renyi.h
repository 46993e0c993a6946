// Uniformly random start topologies of one layer.
#pragma once

#include <cstdint>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

// Exactly `links` distinct cells of an outputs x inputs layer, each set equally likely; row =
// output, columns ascending. Throws invalid_argument when links is outside 0..cells. Cost
// O(links).
Pattern erdos_renyi(std::int32_t inputs, std::int32_t outputs, std::int64_t links, Rng rng);

// Each cell independently with the given probability. Cost O(cells).
Pattern erdos_renyi_bernoulli(std::int32_t inputs, std::int32_t outputs, double probability,
                              Rng rng);

}  // namespace sparsegrow
