// Soft removal, by sampling the links that stay: the rule of CHTs.
#pragma once

#include <cstdint>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/base/span.h"
#include "sparsegrow/topology/link.h"

namespace sparsegrow {

struct SampledRemoval {
  double alpha = 0;    // 0: relative importance, 1: magnitude; see relative_importance
  double delta = 0.5;  // 0: all links are alike, towards 1: as good as no chance
};

// Positions of `count` links to remove. The links that stay are sampled without replacement, each
// with a probability in proportion to importance^(delta / (1 - delta)); links of importance 0 go
// first. Each target draws from its own stream. Throws invalid_argument as relative_importance, for
// delta outside [0, 1), and when count is outside 0..links. Cost O(targets + sources + links).
Positions remove_sampled(const Pattern& layer, std::int32_t sources, Span<const float> weights,
                         std::int64_t count, const SampledRemoval& rule, Rng rng);

// delta at `progress` in [0, 1] of the training: rises in a straight line from `start` to `end`.
// Published runs use 0.5 to 0.75 for perceptrons and 0.5 to 0.9 for language models.
double removal_delta(double start, double end, double progress);

}  // namespace sparsegrow
