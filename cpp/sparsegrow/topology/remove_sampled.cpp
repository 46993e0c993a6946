#include "sparsegrow/topology/remove_sampled.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "sparsegrow/base/check.h"
#include "sparsegrow/graph/row_chunks.h"
#include "sparsegrow/topology/remove_relative.h"
#include "sparsegrow/topology/smallest.h"

namespace sparsegrow {
namespace {

// Turns each importance into the logarithm of its key, ln q - ln(-ln U): the links with the largest
// keys are a sample without replacement. Logarithms keep the power from overflowing.
double sampling_key(double importance, double exponent, double wait) {
  if (importance == 0) return -std::numeric_limits<double>::infinity();
  return exponent * std::log(importance) - std::log(wait);
}

void draw_keys(const Pattern& layer, double exponent, Rng rng, std::vector<double>& importance) {
  const std::uint64_t seed = rng.next64();
  for_each_run(layer.row_begin, [&](std::int32_t first, std::int32_t last) {
    for (std::int32_t row = first; row < last; ++row) {
      Rng stream(seed, static_cast<std::uint64_t>(row));
      for (std::int32_t p = layer.row_begin[row]; p < layer.row_begin[row + 1]; ++p) {
        const double wait = -std::log1p(-stream.uniform());
        importance[p] = sampling_key(importance[p], exponent, wait);
      }
    }
  });
}

}  // namespace

Positions remove_sampled(const Pattern& layer, std::int32_t sources, Span<const float> weights,
                         std::int64_t count, const SampledRemoval& rule, Rng rng) {
  SG_REQUIRE(rule.delta >= 0 && rule.delta < 1, "remove_sampled", "got delta ", rule.delta,
             ", expected 0 <= delta < 1");
  SG_REQUIRE(count >= 0 && count <= layer.edges(), "remove_sampled", "got ", count,
             " links to remove, expected 0 to ", layer.edges());
  std::vector<double> key = relative_importance(layer, sources, weights, rule.alpha);
  const double exponent = rule.delta / (1 - rule.delta);
  draw_keys(layer, exponent, rng, key);
  return smallest(count, layer.edges(), [&](std::int32_t p) { return ordered_bits(key[p]); });
}

double removal_delta(double start, double end, double progress) {
  return start + (end - start) * std::clamp(progress, 0.0, 1.0);
}

}  // namespace sparsegrow
