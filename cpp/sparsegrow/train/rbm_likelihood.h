// How likely a restricted Boltzmann machine finds samples: free energy, and the logarithm of the
// partition function, exactly for small machines and by annealed importance sampling for all.
//
// ln p(v) = -F(v) - ln Z, with F(v) = -a.v - sum_j softplus(b_j + sum_i v_i W_ij) and Z the sum of
// exp(-F(v)) over all binary v. Sums are in double.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/train/rbm_layers.h"

namespace sparsegrow {

// out[k] = F of the k-th chosen sample; values between 0 and 1 are taken as they are. Throws as
// Backend::pack. Cost 2 * edges flops per sample.
void free_energy(const RbmLayers& rbm, const SampleMatrix& x, Span<const std::int64_t> order,
                 Span<double> out);

// ln Z by enumeration of the smaller layer, which has at most kMostEnumerated units; else throws
// invalid_argument. Cost O(2^small * large).
constexpr std::int32_t kMostEnumerated = 20;
double log_partition_exact(const RbmLayers& rbm);

struct AisConfig {
  std::vector<double> base_rate;     // [visible] p(v_i = 1) of the base machine, inside (0, 1)
  std::int32_t temperatures = 1000;  // steps from the base machine to this one
  std::int32_t chains = 100;
  std::uint64_t seed = 0;
};

struct AisEstimate {
  double log_partition = 0;
  double deviation = 0;         // standard deviation of log_partition, from the spread of weights
  double effective_chains = 0;  // (sum of weights)^2 / sum of squared weights
};

// Annealed importance sampling from a machine without links that has the base rates, at evenly
// spaced inverse temperatures; the mean of the chains' weights estimates Z without bias. Throws
// invalid_argument for a setting out of range. Cost 4 * edges * chains * temperatures flops and a
// draw per unit.
AisEstimate log_partition_ais(const RbmLayers& rbm, const AisConfig& config);

}  // namespace sparsegrow
