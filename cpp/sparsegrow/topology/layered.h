// A stack of layers as a graph: each layer is a group, and each node's level is its layer.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/graph/graph.h"

namespace sparsegrow {

// widths: [layers + 1] neurons, inputs first; links: [layers], row = neuron of the layer, column =
// neuron of the layer before. Throws invalid_argument when a pattern is not sound or does not have
// the shape that widths say.
Graph layered_graph(const std::vector<std::int32_t>& widths, const std::vector<Pattern>& links);

}  // namespace sparsegrow
