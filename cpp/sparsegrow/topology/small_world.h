// Start topology between a regular lattice and chance: the bipartite small world (BSW).
#pragma once

#include <cstdint>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

// Exactly `links` links, by target, columns ascending. Each node of the larger side (the targets,
// if both are equal) gets its share of them, to neighbours that follow one another on the ring of
// the smaller side; then each link moves with probability `beta`: those that move are taken out,
// and put down on free cells of the same node, each as likely as another. beta 0: a regular
// lattice; beta 1: random with equal degrees on the larger side. Throws invalid_argument for an
// empty side, links outside 0..cells, or beta outside [0, 1]. Cost O(larger * (smaller + links of a
// node)), in steps of one byte.
Pattern small_world(std::int32_t inputs, std::int32_t outputs, std::int64_t links, double beta,
                    Rng rng);

}  // namespace sparsegrow
