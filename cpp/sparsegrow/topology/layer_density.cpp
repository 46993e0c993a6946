#include "sparsegrow/topology/layer_density.h"

#include <algorithm>
#include <cmath>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

void require_density(const char* where, double density) {
  SG_REQUIRE(density > 0 && density <= 1, where, "got density ", density,
             ", expected 0 < density <= 1");
}

double raw_density(const LayerShape& layer) {
  return layer.cells() == 0 ? 0.0
                            : (static_cast<double>(layer.inputs) + layer.outputs) /
                                  static_cast<double>(layer.cells());
}

// The factor e with sum over open layers of e * raw * cells = wanted links that dense layers do not
// hold.
double solve_factor(const std::vector<LayerShape>& layers, const std::vector<bool>& dense,
                    double density) {
  double wanted = 0, weight = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const double cells = static_cast<double>(layers[l].cells());
    wanted += density * cells - (dense[l] ? cells : 0.0);
    if (!dense[l]) weight += raw_density(layers[l]) * cells;
  }
  return weight > 0 ? std::max(0.0, wanted) / weight : 0.0;
}

// Marks the open layers at the highest raw density as dense when they would exceed 1; false if none
// does.
bool close_fullest(const std::vector<LayerShape>& layers, double factor, std::vector<bool>& dense) {
  double highest = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (!dense[l]) highest = std::max(highest, raw_density(layers[l]));
  }
  if (highest * factor <= 1.0) return false;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (raw_density(layers[l]) == highest) dense[l] = true;
  }
  return true;
}

}  // namespace

std::vector<std::int64_t> links_by_epsilon(const std::vector<LayerShape>& layers, double epsilon) {
  SG_REQUIRE(epsilon > 0 && std::isfinite(epsilon), "links_by_epsilon", "got epsilon ", epsilon,
             ", expected a number above 0");
  std::vector<std::int64_t> links;
  for (const auto& layer : layers) {
    const double wanted = epsilon * (static_cast<double>(layer.inputs) + layer.outputs);
    links.push_back(wanted >= static_cast<double>(layer.cells()) ? layer.cells()
                                                                 : std::llround(wanted));
  }
  return links;
}

std::vector<std::int64_t> links_uniform(const std::vector<LayerShape>& layers, double density) {
  require_density("links_uniform", density);
  std::vector<std::int64_t> links;
  for (const auto& layer : layers) {
    links.push_back(std::llround(density * static_cast<double>(layer.cells())));
  }
  return links;
}

std::vector<std::int64_t> links_erk(const std::vector<LayerShape>& layers, double density) {
  require_density("links_erk", density);
  std::vector<bool> dense(layers.size(), false);
  double factor = solve_factor(layers, dense, density);
  while (close_fullest(layers, factor, dense)) factor = solve_factor(layers, dense, density);
  std::vector<std::int64_t> links;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const double cells = static_cast<double>(layers[l].cells());
    links.push_back(dense[l] ? layers[l].cells()
                             : std::llround(factor * raw_density(layers[l]) * cells));
  }
  return links;
}

}  // namespace sparsegrow
