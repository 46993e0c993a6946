// The functions of a neuron and their slopes.
#pragma once

#include <metal_stdlib>

#include "sparsegrow/backend/kernel_params.h"

namespace sparsegrow {

inline float sigmoid(float z) { return 1.0f / (1.0f + metal::exp(-z)); }

// SReLU's four numbers of one row.
struct Srelu {
  float left;
  float left_slope;
  float right;
  float right_slope;
};

inline Srelu srelu_of(device const float* all, int64_t rows, int32_t row) {
  Srelu p;
  p.left = all[kLeftThreshold * rows + row];
  p.left_slope = all[kLeftSlope * rows + row];
  p.right = all[kRightThreshold * rows + row];
  p.right_slope = all[kRightSlope * rows + row];
  return p;
}

inline float srelu(Srelu p, float z) {
  if (z >= p.right) return p.right + p.right_slope * (z - p.right);
  if (z <= p.left) return p.left + p.left_slope * (z - p.left);
  return z;
}

inline float srelu_slope(Srelu p, float z) {
  return z >= p.right ? p.right_slope : z <= p.left ? p.left_slope : 1.0f;
}

// Of the kinds that have no numbers of their own.
inline float activation(ActivationParams f, float z) {
  switch (f.kind) {
    case ActivationKind::relu:
      return z > 0.0f ? z : f.slope * z;
    case ActivationKind::tanh:
      return metal::tanh(z);
    case ActivationKind::sigmoid:
      return sigmoid(z);
    default:
      return z;
  }
}

// f'(z), where `z` is f(z) already if of_output says so.
inline float activation_slope(ActivationParams f, float z, bool of_output) {
  switch (f.kind) {
    case ActivationKind::relu:
      return z > 0.0f ? 1.0f : f.slope;
    case ActivationKind::tanh: {
      const float a = of_output ? z : metal::tanh(z);
      return 1.0f - a * a;
    }
    case ActivationKind::sigmoid: {
      const float a = of_output ? z : sigmoid(z);
      return a * (1.0f - a);
    }
    default:
      return 1.0f;
  }
}

}  // namespace sparsegrow
