// The absent links of one layer, counted target by target and by source within a target.
#pragma once

#include <cstdint>

#include "sparsegrow/base/span.h"
#include "sparsegrow/topology/link.h"

namespace sparsegrow {

// How many cells of the layer hold no link.
std::int64_t absent_count(const Pattern& layer, std::int32_t sources);

// Throws invalid_argument for a pattern that is not sound (see require_pattern) or when `count` is
// not between 0 and the number of absent links; `where` opens the message. Cost O(targets + sources
// + links).
void require_absent(const Pattern& layer, std::int32_t sources, std::int64_t count,
                    const char* where);

// The absent links with the given ranks: rank 0 is the first absent cell, by target and then by
// source. `ranks` rise strictly within [0, absent_count). The layer must be sound; its columns may
// stand in any order. Works row by row on all threads: cost O(targets + links + ranks) where a row
// has a link in every few hundred cells, and the sorting of single rows below that. No scratch
// beyond one row per thread.
Links absent_links(const Pattern& layer, std::int32_t sources, Span<const std::int64_t> ranks);

}  // namespace sparsegrow
