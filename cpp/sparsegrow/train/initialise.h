// Start values of weights.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

enum class InitKind {
  swi,     // N(0, (gain / sqrt(fan-in of the neuron))^2): sparse weight initialisation
  normal,  // N(0, scale^2)
  zero
};

struct InitConfig {
  InitKind kind = InitKind::swi;
  double scale = 1.4142135623730951;  // gain of swi (sqrt 2 suits ReLU), deviation of normal
};

// One value per edge, in order of position. Each row draws from its own stream (seed, row), so the
// value of an edge does not depend on threads or on other rows.
std::vector<double> initial_weights(const Pattern& by_target, const InitConfig& config,
                                    std::uint64_t seed);

}  // namespace sparsegrow
