// Regrowth by the size of the gradient: the rule of RigL.
#pragma once

#include <cstdint>
#include <functional>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/base/span.h"
#include "sparsegrow/topology/link.h"

namespace sparsegrow {

// Fills [targets of the block][sources] with |gradient|, for the targets from first_target on.
using GradientBlock = std::function<void(std::int32_t first_target, Span<float> magnitude)>;

// The `count` absent links with the largest |gradient|, by target and source; ties, and cells
// without gradient, by a seeded random key. `layer` holds the links that were kept, so one that was
// dropped a moment ago may come back. `gradient` is called for blocks of `block_targets` rows, the
// last may be smaller, one after another on the calling thread; it may use all threads. Throws
// invalid_argument for an unsound pattern, more links than are absent, or block_targets below 1.
// Memory O(block_targets * sources + count).
Links regrow_gradient(const Pattern& layer, std::int32_t sources, std::int64_t count,
                      const GradientBlock& gradient, Rng rng, std::int32_t block_targets = 64);

}  // namespace sparsegrow
