// Links of one layer by their ends, and layers with links put in or taken out.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

struct Link {
  std::int32_t source = 0;  // column of the layer's pattern
  std::int32_t target = 0;  // row of the layer's pattern

  friend bool operator==(Link a, Link b) { return a.source == b.source && a.target == b.target; }
  friend bool operator!=(Link a, Link b) { return !(a == b); }
  friend bool operator<(Link a, Link b) {  // by target, then by source
    return a.target != b.target ? a.target < b.target : a.source < b.source;
  }
};

using Links = std::vector<Link>;
using Positions = std::vector<std::int32_t>;  // of links in a pattern, ascending

// The ends of the links at `positions`, which may stand in any order. Throws out_of_range for a
// position that the layer does not have.
Links links_at(const Pattern& layer, const Positions& positions);

// The layer less the links at `positions`; the others keep their order. Throws invalid_argument
// unless positions rise strictly within the layer. Cost O(targets + links).
Pattern without_positions(const Pattern& layer, const Positions& positions);

// The layer with `added` appended to their rows in the order given. Throws invalid_argument for a
// target outside the layer; sources are not looked at. Cost O(targets + links).
Pattern with_links(const Pattern& layer, const Links& added);

// Puts links in order of target, then of source. Cost O(targets + links log(links of a target)).
void sort_links(Links& links, std::int32_t targets);

}  // namespace sparsegrow
