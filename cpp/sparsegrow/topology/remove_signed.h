// Removal by sign: the rule of SET.
#pragma once

#include "sparsegrow/base/span.h"
#include "sparsegrow/topology/link.h"

namespace sparsegrow {

// Positions of all links with weight 0, of the floor(fraction * positive) smallest positive weights
// and of the floor(fraction * negative) negative weights nearest to 0: each sign has its own quota,
// and zeros count towards neither. Of equal weights the earlier go; NaN stays. weights: [links].
// Throws invalid_argument for a fraction outside [0, 1]. Cost O(links).
Positions remove_signed(Span<const float> weights, double fraction);

}  // namespace sparsegrow
