// Start topology with hubs: the bipartite scale-free layer (BSF).
#pragma once

#include <cstdint>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

// The degree exponent of preferential attachment in layers of this kind.
constexpr double kScaleFreeExponent = 2.76;

// Exactly `links` links, by target, columns ascending. The degrees of both sides follow a power law
// with density degree^-exponent, cut off at the size of the other side and fitted to the total; the
// links are then matched at random, and links that come twice are exchanged with others. What
// cannot be placed so, in layers that are nearly full, goes to absent cells at random. Throws
// invalid_argument for an empty side, links outside 0..cells, or an exponent of at most 1. Cost
// O(inputs log inputs + outputs log outputs + links), with a hash set of the links.
Pattern scale_free(std::int32_t inputs, std::int32_t outputs, std::int64_t links, double exponent,
                   Rng rng);

}  // namespace sparsegrow
