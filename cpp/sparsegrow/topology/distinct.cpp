#include "sparsegrow/topology/distinct.h"

#include <algorithm>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

using Numbers = std::vector<std::int64_t>;

// Sorts numbers that are spread evenly over [0, bound): a counting pass by their upper bits leaves
// each a few places from its own, and insertion does the rest.
void sort_spread(Numbers& numbers, std::int64_t bound) {
  int shift = 0;
  while ((bound >> shift) > static_cast<std::int64_t>(numbers.size())) ++shift;
  std::vector<std::size_t> next(static_cast<std::size_t>(bound >> shift) + 2, 0);
  for (const std::int64_t number : numbers) ++next[(number >> shift) + 1];
  for (std::size_t b = 1; b < next.size(); ++b) next[b] += next[b - 1];
  Numbers sorted(numbers.size());
  for (const std::int64_t number : numbers) sorted[next[number >> shift]++] = number;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    for (std::size_t j = i; j > 0 && sorted[j] < sorted[j - 1]; --j) {
      std::swap(sorted[j], sorted[j - 1]);
    }
  }
  numbers = std::move(sorted);
}

// Draws with replacement until `count` different numbers have come up: every set is equally likely.
// Drawing in rounds and merging avoids a hash set.
Numbers draw_distinct(std::int64_t bound, std::int64_t count, Rng& rng) {
  Numbers chosen;
  while (static_cast<std::int64_t>(chosen.size()) < count) {
    const auto had = static_cast<std::ptrdiff_t>(chosen.size());
    Numbers fresh(static_cast<std::size_t>(count) - chosen.size());
    for (auto& number : fresh) {
      number = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(bound)));
    }
    sort_spread(fresh, bound);
    chosen.insert(chosen.end(), fresh.begin(), fresh.end());
    std::inplace_merge(chosen.begin(), chosen.begin() + had, chosen.end());
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  }
  return chosen;
}

Numbers all_but(const Numbers& left_out, std::int64_t bound) {
  Numbers rest;
  rest.reserve(static_cast<std::size_t>(bound) - left_out.size());
  std::int64_t next = 0;
  for (const std::int64_t number : left_out) {
    for (; next < number; ++next) rest.push_back(next);
    ++next;
  }
  for (; next < bound; ++next) rest.push_back(next);
  return rest;
}

}  // namespace

Numbers distinct_numbers(std::int64_t bound, std::int64_t count, Rng& rng) {
  SG_REQUIRE(count >= 0 && count <= bound, "distinct_numbers", "got ", count,
             " numbers to draw, expected 0 to ", bound);
  if (count > bound / 2) return all_but(draw_distinct(bound, bound - count, rng), bound);
  return draw_distinct(bound, count, rng);
}

}  // namespace sparsegrow
