#include "sparsegrow/topology/remove_signed.h"

#include <algorithm>
#include <cstdint>

#include "sparsegrow/topology/remove_magnitude.h"
#include "sparsegrow/topology/smallest.h"

namespace sparsegrow {
namespace {

constexpr std::uint32_t kInfinity = 0xFF000000;  // without its sign; beyond it is no number

// The quota of one sign, whose floats are those with bits above `zero`, ordered as their bits. One
// less wraps zero itself around to the end, and the other sign lies beyond this one.
Positions nearest_zero(Span<const float> weights, std::uint32_t zero, std::int64_t count) {
  return smallest(count, static_cast<std::int32_t>(weights.size()),
                  [&](std::int32_t p) { return bits_of(weights[p]) - zero - 1u; });
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
  for (std::size_t p = 0; p < weights.size(); ++p) {  // by bits: subnormals may compare as zeros
    const std::uint32_t bits = bits_of(weights[p]);
    const std::uint32_t size = bits << 1;
    if (size == 0) {
      zero.push_back(static_cast<std::int32_t>(p));
    } else if (size <= kInfinity) {
      ++(bits >> 31 ? negative : positive);
    }
  }
  const Positions above = nearest_zero(weights, 0, removal_count(fraction, positive));
  const Positions below = nearest_zero(weights, 0x80000000, removal_count(fraction, negative));
  return merged(zero, merged(above, below));
}

}  // namespace sparsegrow
