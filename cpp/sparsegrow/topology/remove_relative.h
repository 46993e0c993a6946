// Removal by relative importance: the RI rule of CHT.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/base/span.h"
#include "sparsegrow/topology/link.h"

namespace sparsegrow {

// Of each link |w| / (alpha + (1 - alpha) * in) + |w| / (alpha + (1 - alpha) * out), where `in` and
// `out` are the sums of |w| over the links of its target and of its source; a term whose divisor is
// 0 is 0. alpha 0 gives relative importance, alpha 1 twice the magnitude. weights: [links]. Throws
// invalid_argument for an unsound pattern, too many or too few weights, or alpha outside [0, 1].
// Cost O(targets + sources + links).
std::vector<double> relative_importance(const Pattern& layer, std::int32_t sources,
                                        Span<const float> weights, double alpha = 0);

// Positions of the `count` links with the smallest relative importance; of equal ones the earlier
// go. Throws as relative_importance, and when count is outside 0..links.
Positions remove_relative(const Pattern& layer, std::int32_t sources, Span<const float> weights,
                          std::int64_t count);

}  // namespace sparsegrow
