// The gradient of cells that hold no link, for the rule that grows links where it is largest.
#pragma once

#include "sparsegrow/train/layer_view.h"

namespace sparsegrow {

// Computes |gradient| of the loss by all cells of a block of a layer's targets, from the panels of
// the network's last backward(). Made for regrow_gradient(): never more than one block is held.
class DenseGradient {
 public:
  DenseGradient(Network& network, const LayerView& layer) : network_(network), layer_(layer) {}

  // magnitude: [targets of the block][sources], for the targets from first_target on. Cost O(rows +
  // cells of the block * batch).
  void operator()(std::int32_t first_target, Span<float> magnitude) const;

 private:
  Network& network_;
  const LayerView& layer_;
};

}  // namespace sparsegrow
