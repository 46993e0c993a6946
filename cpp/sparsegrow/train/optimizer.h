// Optimizer settings as a user states them, and the parameters of one step for the `adam` verb.
#pragma once

#include <cstdint>

#include "sparsegrow/backend/kernel_params.h"
#include "sparsegrow/train/schedule.h"

namespace sparsegrow {

// How weight_decay enters: `l2` adds it to the gradient (torch's SGD and Adam), `decoupled` shrinks
// by rate * decay (AdamW), `direct` shrinks by decay itself whatever the rate (the SET reference).
enum class DecayKind { l2, decoupled, direct };

struct OptimizerConfig {
  OptimizerKind kind = OptimizerKind::sgd;
  double momentum = 0.9;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  DecayKind decay = DecayKind::l2;
};

// Throws invalid_argument for a momentum or beta outside [0, 1), epsilon not above 0, or a negative
// decay.
void validate(const OptimizerConfig& config);

// `step` counts from 0. SReLU parameters are not decayed (decays = false).
OptimizerParams step_params(const OptimizerConfig& config, double rate, std::int64_t step,
                            bool decays);

}  // namespace sparsegrow
