#include "sparsegrow/topology/receptive_field.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/degrees.h"
#include "sparsegrow/topology/neighbour_lists.h"

namespace sparsegrow {
namespace {

constexpr double kNoSpread = 1e-9;
constexpr std::uint64_t kSizes = std::uint64_t{1} << 32;  // streams of nodes have lower numbers

std::vector<std::int32_t> field_sizes(std::int32_t nodes, std::int32_t ring, std::int64_t links,
                                      FieldSizes sizes, std::uint64_t seed) {
  if (sizes == FieldSizes::fixed) return even_degrees(nodes, links);
  Rng rng(seed, kSizes);
  std::vector<double> wishes(static_cast<std::size_t>(nodes));
  for (double& wish : wishes) wish = rng.uniform();
  return exact_degrees(wishes, links, ring);
}

// Draws neighbours by exponential keys in logarithms: those with the smallest are the sample.
class FieldDraw {
 public:
  FieldDraw(std::int32_t ring, double spread) : ring_(ring), local_(spread < kNoSpread) {
    for (std::int32_t distance = 0; distance <= ring / 2; ++distance) {
      delay_.push_back(local_ ? distance : (1 - spread) / spread * std::log1p(distance));
    }
  }

  void draw(std::int32_t centre, Span<std::int32_t> neighbours, Rng& rng) const {
    if (neighbours.empty()) return;
    std::vector<std::pair<double, std::int32_t>> keys;
    keys.reserve(static_cast<std::size_t>(ring_));
    for (std::int32_t place = 0; place < ring_; ++place) {
      const std::int32_t apart = std::abs(place - centre);
      const double wait = local_ ? 0.0 : std::log(-std::log1p(-rng.uniform()));
      keys.emplace_back(delay_[std::min(apart, ring_ - apart)] + wait, place);
    }
    const auto last = keys.begin() + static_cast<std::ptrdiff_t>(neighbours.size()) - 1;
    std::nth_element(keys.begin(), last, keys.end());
    for (std::size_t i = 0; i < neighbours.size(); ++i) neighbours[i] = keys[i].second;
    std::sort(neighbours.begin(), neighbours.end());
  }

 private:
  std::int32_t ring_;
  bool local_;                 // no chance: the nearest
  std::vector<double> delay_;  // [ring / 2 + 1] minus the logarithm of the weight
};

}  // namespace

Pattern receptive_field(std::int32_t inputs, std::int32_t outputs, std::int64_t links,
                        double spread, FieldSizes sizes, Rng rng) {
  require_links(inputs, outputs, links, "receptive_field");
  SG_REQUIRE(spread >= 0 && spread <= 1, "receptive_field", "got spread ", spread,
             ", expected 0 to 1");
  const bool targets_smaller = outputs <= inputs;
  const std::int32_t nodes = std::min(inputs, outputs), ring = std::max(inputs, outputs);
  const std::uint64_t seed = rng.next64();
  const FieldDraw field(ring, spread);
  const auto wire = [&](std::int32_t node, Span<std::int32_t> neighbours) {
    const auto centre = static_cast<std::int32_t>(static_cast<std::int64_t>(node) * ring / nodes);
    Rng stream(seed, static_cast<std::uint64_t>(node));
    field.draw(centre, neighbours, stream);
  };
  return layer_by_neighbours(field_sizes(nodes, ring, links, sizes, seed), ring, targets_smaller,
                             wire);
}

}  // namespace sparsegrow
