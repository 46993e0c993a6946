// Numbers of links per neuron that add up to a total.
#pragma once

#include <cstdint>
#include <vector>

namespace sparsegrow {

// Whole numbers in proportion to `wishes`, each 0 to `most`, that add up to `total`: what is cut
// off above `most` is shared out among the others, and fractions are rounded by largest remainder,
// ties by index. Wishes are 0 to 1e280, so that
// no sum of them is infinite; when too few are above 0 to hold the total, all take part alike.
// Throws invalid_argument when total is outside 0..most * wishes. Cost O(wishes log wishes), and
// O(wishes * most) when too few are above 0.
std::vector<std::int32_t> exact_degrees(const std::vector<double>& wishes, std::int64_t total,
                                        std::int32_t most);

// The same for equal wishes, mixed evenly: number j is floor((j + 1) * total / count) - floor(j *
// total / count).
std::vector<std::int32_t> even_degrees(std::int32_t count, std::int64_t total);

}  // namespace sparsegrow
