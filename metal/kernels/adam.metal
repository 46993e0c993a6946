// One optimizer step over flat arrays; the formulas stand with OptimizerParams.
#include "metal/kernels/adagrad.h"
#include "metal/kernels/arguments.h"

namespace sparsegrow {

// What is added to a weight, by momentum. Without m there is none.
inline float momentum_change(OptimizerParams p, bool has_m, device float& m, float g) {
  const float momentum = has_m ? p.momentum : 0.0f;
  const float step = p.rate * g;
  const float velocity = has_m ? momentum * m - step : -step;
  if (has_m) m = velocity;
  return p.kind == OptimizerKind::nesterov ? momentum * velocity - step : velocity;
}

// What is taken off a weight.
inline float adam_change(OptimizerParams p, device float& m, device float& v, float g) {
  const float mean = p.beta1 * m + (1.0f - p.beta1) * g;
  const float square = p.beta2 * v + (1.0f - p.beta2) * (g * g);
  m = mean;
  v = square;
  const float step = p.rate / p.correction1, correction = 1.0f / p.correction2;
  return step * mean / (metal::sqrt(square * correction) + p.epsilon);
}

}  // namespace sparsegrow

using namespace sparsegrow;

kernel void adam_flat_f32(device float* weights [[buffer(0)]],
                          device const float* gradient [[buffer(1)]], device float* m [[buffer(2)]],
                          device float* v [[buffer(3)]], constant AdamArguments& a [[buffer(4)]],
                          uint at [[thread_position_in_grid]]) {
  if (int64_t(at) >= a.count) return;
  const OptimizerParams p = a.params;
  const float w = weights[at];
  const float g = gradient[at] + p.l2 * w;
  float moved = w;
  if (p.kind == OptimizerKind::adam) {
    moved -= adam_change(p, m[at], v[at], g);
  } else if (p.kind == OptimizerKind::adagrad) {
    moved -= adagrad_change(p, v[at], g);
  } else {
    moved += momentum_change(p, a.has_m != 0, m[at], g);
  }
  weights[at] = moved - p.decay * w;
}
