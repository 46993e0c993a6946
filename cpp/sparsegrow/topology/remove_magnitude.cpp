#include "sparsegrow/topology/remove_magnitude.h"

#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/smallest.h"

namespace sparsegrow {

std::int64_t removal_count(double fraction, std::int64_t links) {
  SG_REQUIRE(fraction >= 0 && fraction <= 1, "removal_count", "got fraction ", fraction,
             ", expected 0 to 1");
  constexpr double kRounding = 1e-12;
  return static_cast<std::int64_t>(fraction * static_cast<double>(links) * (1 + kRounding));
}

Positions remove_magnitude(Span<const float> weights, std::int64_t count) {
  const auto links = static_cast<std::int32_t>(weights.size());
  SG_REQUIRE(count >= 0 && count <= links, "remove_magnitude", "got ", count,
             " links to remove, expected 0 to ", links);
  constexpr std::uint32_t kNoSign = 0x7FFFFFFF;  // floats of one sign are ordered as their bits
  return smallest(count, links, [&](std::int32_t p) { return bits_of(weights[p]) & kNoSign; });
}

}  // namespace sparsegrow
