// Removal by magnitude: the rule of RigL and ITOP, and the WM rule of CHT.
#pragma once

#include <cstdint>

#include "sparsegrow/base/span.h"
#include "sparsegrow/topology/link.h"

namespace sparsegrow {

// floor(fraction * links), where a product that misses a whole number by rounding alone counts as
// that number. Throws invalid_argument for a fraction outside [0, 1].
std::int64_t removal_count(double fraction, std::int64_t links);

// Positions of the `count` links with the smallest |weight|; of equal ones the earlier go. NaN
// counts as the largest. weights: [links]. Throws invalid_argument when count is outside 0..links.
// Cost O(links).
Positions remove_magnitude(Span<const float> weights, std::int64_t count);

}  // namespace sparsegrow
