#include "sparsegrow/topology/degrees.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

// The factor that makes the wishes, each cut at `most`, add up to the total. From the largest wish
// on, those that the factor would lift above `most` are set to it.
double scale_of(const std::vector<double>& wishes, double total, double most) {
  std::vector<double> rising = wishes;
  std::sort(rising.begin(), rising.end());
  // Of a wish and all below it: summed from below, as the largest would swallow the others.
  std::vector<double> sums(rising.size());
  std::partial_sum(rising.begin(), rising.end(), sums.begin());
  double left = total;
  std::size_t free = rising.size();
  while (free > 0 && rising[free - 1] * left > most * sums[free - 1]) {
    left -= most;
    --free;
  }
  const bool any = free > 0 && sums[free - 1] > 0;
  return any ? left / sums[free - 1] : std::numeric_limits<double>::max();
}

// Adds one link each to the neurons with the largest remainders until the total is reached.
void round_up(std::vector<std::int32_t>& degrees, const std::vector<double>& exact,
              std::int64_t missing, std::int32_t most) {
  std::vector<std::size_t> order(degrees.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto remainder = [&](std::size_t i) { return exact[i] - degrees[i]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder(a) > remainder(b); });
  while (missing > 0) {
    for (const std::size_t i : order) {
      if (missing == 0) return;
      if (degrees[i] == most) continue;
      ++degrees[i];
      --missing;
    }
  }
}

}  // namespace

std::vector<std::int32_t> exact_degrees(const std::vector<double>& wishes, std::int64_t total,
                                        std::int32_t most) {
  const auto count = static_cast<std::int64_t>(wishes.size());
  SG_REQUIRE(total >= 0 && total <= count * most, "exact_degrees", "got ", total, " links for ",
             count, " neurons of at most ", most);
  const double scale = scale_of(wishes, static_cast<double>(total), most);
  std::vector<double> exact;
  std::vector<std::int32_t> degrees;
  for (const double wish : wishes) {
    exact.push_back(std::min(wish * scale, static_cast<double>(most)));
    degrees.push_back(static_cast<std::int32_t>(exact.back()));
  }
  std::int64_t missing = total - std::accumulate(degrees.begin(), degrees.end(), std::int64_t{0});
  for (std::size_t i = 0; missing < 0 && i < degrees.size(); ++i) {  // a last bit too many
    if (degrees[i] == 0) continue;
    --degrees[i];
    ++missing;
  }
  round_up(degrees, exact, missing, most);
  return degrees;
}

std::vector<std::int32_t> even_degrees(std::int32_t count, std::int64_t total) {
  std::vector<std::int32_t> degrees;
  for (std::int64_t j = 0; j < count; ++j) {
    degrees.push_back(static_cast<std::int32_t>((j + 1) * total / count - j * total / count));
  }
  return degrees;
}

}  // namespace sparsegrow
