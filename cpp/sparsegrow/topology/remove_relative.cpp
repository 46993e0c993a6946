#include "sparsegrow/topology/remove_relative.h"

#include <cmath>

#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/smallest.h"

namespace sparsegrow {
namespace {

struct Sums {
  std::vector<double> in;   // [targets] of |w|
  std::vector<double> out;  // [sources] of |w|
};

template <class Visit>  // calls visit(row, position) for each link
void for_each_link(const Pattern& layer, Visit visit) {
  for (std::int32_t row = 0; row < layer.rows(); ++row) {
    for (std::int32_t p = layer.row_begin[row]; p < layer.row_begin[row + 1]; ++p) visit(row, p);
  }
}

Sums sums_of(const Pattern& layer, std::int32_t sources, Span<const float> weights) {
  Sums sums;
  sums.in.assign(static_cast<std::size_t>(layer.rows()), 0);
  sums.out.assign(static_cast<std::size_t>(sources), 0);
  for_each_link(layer, [&](std::int32_t row, std::int32_t p) {
    const double size = std::fabs(double{weights[p]});
    sums.in[row] += size;
    sums.out[layer.column[p]] += size;
  });
  return sums;
}

double share(double size, double sum, double alpha) {
  const double divisor = alpha + (1 - alpha) * sum;
  return divisor == 0 ? 0 : size / divisor;
}

}  // namespace

std::vector<double> relative_importance(const Pattern& layer, std::int32_t sources,
                                        Span<const float> weights, double alpha) {
  require_pattern(layer, sources, "relative_importance");
  SG_REQUIRE(weights.size() == layer.column.size(), "relative_importance", "got ", weights.size(),
             " weights, expected one for each of ", layer.edges(), " links");
  SG_REQUIRE(alpha >= 0 && alpha <= 1, "relative_importance", "got alpha ", alpha,
             ", expected 0 to 1");
  const Sums sums = sums_of(layer, sources, weights);
  std::vector<double> importance(weights.size());
  for_each_link(layer, [&](std::int32_t row, std::int32_t p) {
    const double size = std::fabs(double{weights[p]});
    importance[p] =
        share(size, sums.in[row], alpha) + share(size, sums.out[layer.column[p]], alpha);
  });
  return importance;
}

Positions remove_relative(const Pattern& layer, std::int32_t sources, Span<const float> weights,
                          std::int64_t count) {
  const std::vector<double> importance = relative_importance(layer, sources, weights);
  SG_REQUIRE(count >= 0 && count <= layer.edges(), "remove_relative", "got ", count,
             " links to remove, expected 0 to ", layer.edges());
  return smallest(count, layer.edges(),
                  [&](std::int32_t p) { return ordered_bits(importance[p]); });
}

}  // namespace sparsegrow
