// The uniformly random start topology of one layer.
#pragma once

#include <cstdint>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

// Exactly `links` distinct cells of an outputs x inputs layer, each set equally likely; row =
// output, columns ascending. Throws invalid_argument for an empty side or links outside
// 0..cells. Cost O(outputs + links), or O(cells) for more than half of them.
Pattern erdos_renyi(std::int32_t inputs, std::int32_t outputs, std::int64_t links, Rng rng);

}  // namespace sparsegrow
