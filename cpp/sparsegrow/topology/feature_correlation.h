// Start topology from the data: correlated input features are linked (CSTI).
#pragma once

#include <cstdint>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/base/span.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

// Samples row by row; does not own.
struct FeatureTable {
  Span<const float> values;  // [samples][features]
  std::int32_t features = 0;

  std::int64_t samples() const {
    return features > 0 ? static_cast<std::int64_t>(values.size()) / features : 0;
  }
};

// Exactly `links` links, by target, columns ascending: the cells with the largest |Pearson
// correlation| between the features of their two ends, where neuron i stands for feature i modulo
// the number of features. The cell of a feature with itself, and those of a feature that is
// constant or not a number, count as correlation 0. Ties, which every repeated feature makes, and
// cells of correlation 0 are decided by a seeded random key. Throws invalid_argument when the table
// is not whole rows, when inputs or outputs are not a multiple of the features above 0, or for
// links outside 0..cells. Cost O(samples * features^2); memory O(32 * (features + inputs) + links)
// per thread.
Pattern correlated_features(const FeatureTable& table, std::int32_t inputs, std::int32_t outputs,
                            std::int64_t links, Rng rng);

}  // namespace sparsegrow
