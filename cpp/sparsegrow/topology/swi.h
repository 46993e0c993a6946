// Sparse weight initialisation (SWI): a deviation that suits the links a neuron has.
#pragma once

#include <vector>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

enum class FanIn {
  mean,    // links / targets, the same for the whole layer
  neuron,  // the links of the target itself
};

// gain / sqrt(fan_in), or 0 where there are no links.
double swi_deviation(double fan_in, double gain);

// One weight per link, in order of position, normal with mean 0 and swi_deviation. Each target
// draws from its own stream. A gain of sqrt 2 suits ReLU. Throws invalid_argument for a gain that
// is not a number of at least 0. Cost O(targets + links).
std::vector<float> swi_weights(const Pattern& layer, FanIn fan_in, double gain, Rng rng);

}  // namespace sparsegrow
