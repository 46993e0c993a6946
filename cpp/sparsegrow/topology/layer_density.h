// How many links each layer of a stack gets.
#pragma once

#include <cstdint>
#include <vector>

namespace sparsegrow {

struct LayerShape {
  std::int32_t inputs = 0;
  std::int32_t outputs = 0;

  std::int64_t cells() const { return static_cast<std::int64_t>(inputs) * outputs; }
};

// Erdos-Renyi by epsilon: min(cells, round(epsilon * (inputs + outputs))) links. Throws
// invalid_argument unless epsilon > 0.
std::vector<std::int64_t> links_by_epsilon(const std::vector<LayerShape>& layers, double epsilon);

// The same density in each layer, rounded. Throws invalid_argument outside (0, 1].
std::vector<std::int64_t> links_uniform(const std::vector<LayerShape>& layers, double density);

// ERK: density of a layer proportional to (inputs + outputs) / (inputs * outputs), with layers that
// would exceed 1 made dense and the rest solved again, so that the whole stack has the given
// density.
std::vector<std::int64_t> links_erk(const std::vector<LayerShape>& layers, double density);

}  // namespace sparsegrow
