// Adagrad on an edge that counts with weight * gate: the gradient of the product is split over
// both.
#pragma once

#include "metal/kernels/adagrad.h"

namespace sparsegrow {

// The pointers stand at the edge's own elements.
inline void gated_adagrad(OptimizerParams p, float gradient, device float* weight,
                          device float* gate, device float* weight_sum, device float* gate_sum) {
  const float w = *weight;
  const float g = *gate;
  const float weight_change = adagrad_change(p, *weight_sum, g * gradient);
  const float gate_change = adagrad_change(p, *gate_sum, w * gradient);
  *weight = w * (1.0f - p.decay) - weight_change;
  *gate = g - gate_change;
}

}  // namespace sparsegrow
