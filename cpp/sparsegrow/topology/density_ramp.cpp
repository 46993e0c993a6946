#include "sparsegrow/topology/density_ramp.h"

#include <algorithm>
#include <cmath>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

void require_sparsity(const char* name, double sparsity) {
  SG_REQUIRE(sparsity >= 0 && sparsity <= 1, "DensityRamp", "got ", name, " ", sparsity,
             ", expected 0 to 1");
}

double sigmoid(double progress) {
  constexpr double kSteepness = 6;
  return 1 / (1 + std::exp(-kSteepness * (progress - 0.5)));
}

// The share of the whole rise that is done.
double rise(RampShape shape, double progress) {
  if (shape == RampShape::cubic) return 1 - std::pow(1 - progress, 3);
  return (sigmoid(progress) - sigmoid(0)) / (sigmoid(1) - sigmoid(0));
}

}  // namespace

double sparsity_at(const DensityRamp& ramp, double progress) {
  require_sparsity("start", ramp.start);
  require_sparsity("end", ramp.end);
  return ramp.start + (ramp.end - ramp.start) * rise(ramp.shape, std::clamp(progress, 0.0, 1.0));
}

}  // namespace sparsegrow
