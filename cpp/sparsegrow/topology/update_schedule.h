// When topology is updated, how much of it, and when to stop.
#pragma once

#include <cstdint>

#include "sparsegrow/topology/link.h"

namespace sparsegrow {

enum class FractionShape { constant, cosine };

// Time is counted in steps or in epochs, as the caller likes.
struct UpdateSchedule {
  std::int64_t every = 1;  // time between updates
  std::int64_t end = 0;    // no update at or after this time
  double fraction = 0.3;   // of a layer's links, replaced in one update
  FractionShape shape = FractionShape::constant;
};

// Throws invalid_argument for every below 1, end below 0, or a fraction outside [0, 1].
void validate(const UpdateSchedule& schedule);

// Whether an update is due when `time` steps are done: at multiples of `every` above 0 and below
// `end`.
bool update_due(const UpdateSchedule& schedule, std::int64_t time);

// The fraction to replace at `time`: constant, or fraction / 2 * (1 + cos(pi * time / end)), which
// reaches 0 at `end` and stays there.
double fraction_at(const UpdateSchedule& schedule, std::int64_t time);

// The share of the regrown links that had been removed in the same update; 0 when none was regrown.
// A layer above some threshold (0.9 is usual) has converged. Both may stand in any order, each link
// once. Cost O(links log links).
double regrown_overlap(Links removed, Links regrown);

}  // namespace sparsegrow
