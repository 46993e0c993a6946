// Adagrad's change of one number.
#pragma once

#include <metal_stdlib>

#include "sparsegrow/backend/kernel_params.h"

namespace sparsegrow {

// rate * g / (sqrt(v + g^2) + epsilon); v += g^2.
inline float adagrad_change(OptimizerParams p, device float& v, float g) {
  const float sum = v + g * g;
  v = sum;
  return p.rate * g / (metal::sqrt(sum) + p.epsilon);
}

}  // namespace sparsegrow
