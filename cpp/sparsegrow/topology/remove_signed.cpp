#include "sparsegrow/topology/remove_signed.h"

#include <algorithm>
#include <limits>

#include "sparsegrow/topology/remove_magnitude.h"
#include "sparsegrow/topology/smallest.h"

namespace sparsegrow {
namespace {

// The quota of one sign: `side` is 1 or -1; links of the other side are out of reach.
Positions nearest_zero(Span<const float> weights, float side, std::int64_t count) {
  const auto key_of = [&](std::int32_t p) {
    const float distance = side * weights[p];
    return distance > 0 ? double{distance} : std::numeric_limits<double>::quiet_NaN();
  };
  return smallest(count, static_cast<std::int32_t>(weights.size()), key_of);
}

Positions merged(const Positions& a, const Positions& b) {
  Positions both(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), both.begin());
  return both;
}

}  // namespace

Positions remove_signed(Span<const float> weights, double fraction) {
  Positions zero;
  std::int64_t positive = 0, negative = 0;
  for (std::size_t p = 0; p < weights.size(); ++p) {
    positive += weights[p] > 0;
    negative += weights[p] < 0;
    if (weights[p] == 0) zero.push_back(static_cast<std::int32_t>(p));
  }
  const Positions above = nearest_zero(weights, 1, removal_count(fraction, positive));
  const Positions below = nearest_zero(weights, -1, removal_count(fraction, negative));
  return merged(zero, merged(above, below));
}

}  // namespace sparsegrow
