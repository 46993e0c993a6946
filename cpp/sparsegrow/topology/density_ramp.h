// Sparsity that rises during training: the schedules of CHTss and GraNet.
#pragma once

#include <cstdint>

namespace sparsegrow {

enum class RampShape {
  sigmoid,  // slow at both ends
  cubic,    // fast at first
};

struct DensityRamp {
  double start = 0.5;  // sparsity at progress 0
  double end = 0.99;   // sparsity at progress 1
  RampShape shape = RampShape::sigmoid;
};

// Sparsity at `progress`, the share of the ramp that is done; before 0 and after 1 it rests. Throws
// invalid_argument for sparsities outside [0, 1].
double sparsity_at(const DensityRamp& ramp, double progress);

}  // namespace sparsegrow
