// One layer of a layered network by itself: its pattern with rows and columns counted from 0, and
// where it lies in the network.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/topology/link.h"
#include "sparsegrow/train/network.h"

namespace sparsegrow {

struct LayerView {
  Pattern pattern;                // row = neuron of the layer, column = neuron of the layer before
  std::int32_t sources = 0;       // neurons of the layer before
  std::int32_t first_source = 0;  // row of the network of the first of them
  std::int32_t first_target = 0;  // row of the layer's first neuron
  std::int32_t first_edge = 0;    // position of its first link

  std::int32_t targets() const { return pattern.rows(); }
  std::int32_t links() const { return pattern.edges(); }
  std::int64_t cells() const { return std::int64_t{sources} * targets(); }
};

// The layers of a network in which each group of rows takes links from the group before alone.
// Throws invalid_argument for another network. Cost O(rows + edges).
std::vector<LayerView> layer_views(const Network& network);

// Weights of the layer's links, rounded to float. [links]
std::vector<float> layer_weights(const Network& network, const LayerView& layer);

}  // namespace sparsegrow
