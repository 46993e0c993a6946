// Different whole numbers, drawn at random.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/base/rng.h"

namespace sparsegrow {

// `count` different numbers of [0, bound), ascending, each set equally likely. Throws
// invalid_argument when count is outside 0..bound. Cost O(count), in time and memory.
std::vector<std::int64_t> distinct_numbers(std::int64_t bound, std::int64_t count, Rng& rng);

}  // namespace sparsegrow
