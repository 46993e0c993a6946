// Start topology of local patches: the bipartite receptive field (BRF).
#pragma once

#include <cstdint>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

enum class FieldSizes {
  fixed,    // each node has the same number of links, to within one
  uniform,  // drawn between 0 and twice the mean, then fitted to the total
};

// Exactly `links` links, by target, columns ascending. Each node of the smaller side (the targets,
// if both are equal) draws its neighbours around its own place on the ring of the larger side,
// without replacement, with weights (1 + distance)^(-(1 - spread) / spread). spread 0: the nearest;
// spread 1: all alike. Throws invalid_argument for an empty side, links outside 0..cells, or a
// spread outside [0, 1]. Cost O(cells), with two logarithms each; scratch O(larger) per thread.
Pattern receptive_field(std::int32_t inputs, std::int32_t outputs, std::int64_t links,
                        double spread, FieldSizes sizes, Rng rng);

}  // namespace sparsegrow
