#include "sparsegrow/topology/scale_free.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/degrees.h"
#include "sparsegrow/topology/link.h"
#include "sparsegrow/topology/neighbour_lists.h"
#include "sparsegrow/topology/regrow_random.h"

namespace sparsegrow {
namespace {

// Exponents near 1 wish for more than a double can hold; sums of wishes times links still must.
constexpr double kLargestWish = 1e250;

std::vector<std::int32_t> power_law_degrees(std::int32_t nodes, std::int64_t links,
                                            std::int32_t most, double exponent, Rng& rng) {
  std::vector<double> wishes(static_cast<std::size_t>(nodes));
  for (double& wish : wishes) {
    wish = std::min(kLargestWish, std::pow(1 - rng.uniform(), -1 / (exponent - 1)));
  }
  return exact_degrees(wishes, links, most);
}

std::vector<std::int32_t> repeated(const std::vector<std::int32_t>& degrees) {
  std::vector<std::int32_t> ends;
  for (std::size_t node = 0; node < degrees.size(); ++node) {
    ends.insert(ends.end(), static_cast<std::size_t>(degrees[node]),
                static_cast<std::int32_t>(node));
  }
  return ends;
}

// Links as matched, and the set of the cells they hold, which says when one comes twice.
class Matching {
 public:
  Matching(const std::vector<std::int32_t>& sources, const std::vector<std::int32_t>& targets,
           Rng& rng) {
    for (std::size_t i = 0; i < sources.size(); ++i) links_.push_back({sources[i], targets[i]});
    for (std::size_t i = 0; i < links_.size(); ++i) {
      std::swap(links_[i].source, links_[i + rng.below(links_.size() - i)].source);
    }
    for (const Link link : links_) placed_.push_back(cells_.insert(cell(link)).second);
  }

  // Exchanges the sources of each link that comes twice and of one drawn at random, if that makes
  // two new cells; a bounded number of trials for each.
  void exchange(Rng& rng) {
    constexpr int kTrials = 100;
    for (std::size_t i = 0; i < links_.size(); ++i) {
      for (int trial = 0; trial < kTrials && !placed_[i]; ++trial) try_exchange(i, rng);
    }
  }

  Links placed() const {
    Links links;
    for (std::size_t i = 0; i < links_.size(); ++i) {
      if (placed_[i]) links.push_back(links_[i]);
    }
    return links;
  }

 private:
  static std::int64_t cell(Link link) {
    return (static_cast<std::int64_t>(link.target) << 32) + link.source;
  }

  void try_exchange(std::size_t i, Rng& rng) {
    const std::size_t other = rng.below(links_.size());
    const Link a{links_[other].source, links_[i].target}, b{links_[i].source, links_[other].target};
    if (!placed_[other] || a == b || cells_.count(cell(a)) > 0 || cells_.count(cell(b)) > 0) return;
    cells_.erase(cell(links_[other]));
    cells_.insert(cell(a));
    cells_.insert(cell(b));
    links_[i] = a;
    links_[other] = b;
    placed_[i] = true;
  }

  Links links_;
  std::vector<bool> placed_;  // [links] holds a cell of its own
  std::unordered_set<std::int64_t> cells_;
};

}  // namespace

Pattern scale_free(std::int32_t inputs, std::int32_t outputs, std::int64_t links, double exponent,
                   Rng rng) {
  require_links(inputs, outputs, links, "scale_free");
  SG_REQUIRE(exponent > 1 && std::isfinite(exponent), "scale_free", "got exponent ", exponent,
             ", expected a number above 1");
  const auto sources = repeated(power_law_degrees(inputs, links, outputs, exponent, rng));
  const auto targets = repeated(power_law_degrees(outputs, links, inputs, exponent, rng));
  Matching matching(sources, targets, rng);
  matching.exchange(rng);
  Links placed = matching.placed();
  Pattern empty;
  empty.row_begin.assign(static_cast<std::size_t>(outputs) + 1, 0);
  const std::int64_t missing = links - static_cast<std::int64_t>(placed.size());
  const Links more = regrow_random(with_links(empty, placed), inputs, missing, rng);
  placed.insert(placed.end(), more.begin(), more.end());
  sort_links(placed, outputs);
  return with_links(empty, placed);
}

}  // namespace sparsegrow
