// Regrowth at random: the rule of SET.
#pragma once

#include <cstdint>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/topology/link.h"

namespace sparsegrow {

// Exactly `count` absent links of the layer, each set equally likely, by target and source. A link
// that was taken out a moment ago is as good as any other. Throws invalid_argument for an unsound
// pattern or more links than are absent. Cost O(targets + sources + links + count), whatever the
// density; see absent_links.
Links regrow_random(const Pattern& layer, std::int32_t sources, std::int64_t count, Rng rng);

}  // namespace sparsegrow
