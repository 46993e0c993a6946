// The learning rate as a pure function of the step, so that a resumed run needs no memory of it.
#pragma once

#include <cstdint>

namespace sparsegrow {

enum class ScheduleKind { constant, linear, cosine, exponential };

// Warm-up rises linearly over warmup_steps; then, over the steps that are left until total_steps,
// the rate goes from base to base * final_factor (linear, cosine, or exponential in shape) and
// stays there.
struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  double base = 0.01;
  double final_factor = 0.01;
  std::int64_t warmup_steps = 0;
  std::int64_t total_steps = 0;  // not needed for constant
  std::int64_t first_step = 0;  // where the run begins: a network that is trained again starts anew
};

// Throws invalid_argument for a base that is not above 0, a factor outside (0, 1], negative steps,
// or a decaying kind with total_steps <= warmup_steps.
void validate(const Schedule& schedule);

// `step` counts all steps of the network; the schedule begins at first_step.
double rate_at(const Schedule& schedule, std::int64_t step);

}  // namespace sparsegrow
