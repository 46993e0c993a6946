// How many bytes a training step of a growing network has to move at least, counted from sizes.
#pragma once

#include <cstdint>

#include "sparsegrow/grow/char_net.h"

namespace sparsegrow {

// Each verb of the step reads and writes each array that it works on once.
struct StepTraffic {
  std::int64_t edges = 0;   // bytes of topology, weights, gates, gradients, optimizer sums
  std::int64_t panels = 0;  // bytes of activations and their gradients
};

// Of the batch's live one-hot rows and pattern rows only what is live counts. Cost O(live rows).
StepTraffic step_traffic(const CharNet& net, const CharBatch& batch);

}  // namespace sparsegrow
