// Adagrad on an edge that counts with weight * gate: the gradient of the product is split over
// both.
#pragma once

#include <metal_stdlib>

#include "sparsegrow/backend/kernel_params.h"

namespace sparsegrow {

// What to take off a factor with gradient g, whose sum of squares stands at `sum`.
inline float gated_change(OptimizerParams p, device float* sum, float g) {
  const float v = *sum + g * g;
  *sum = v;
  return p.rate * g / (metal::sqrt(v) + p.epsilon);
}

// The pointers stand at the edge's own elements.
inline void gated_adagrad(OptimizerParams p, float gradient, device float* weight,
                          device float* gate, device float* weight_sum, device float* gate_sum) {
  const float w = *weight;
  const float g = *gate;
  const float weight_change = gated_change(p, weight_sum, g * gradient);
  const float gate_change = gated_change(p, gate_sum, w * gradient);
  *weight = w * (1.0f - p.decay) - weight_change;
  *gate = g - gate_change;
}

}  // namespace sparsegrow
