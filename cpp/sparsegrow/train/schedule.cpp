#include "sparsegrow/train/schedule.h"

#include <algorithm>
#include <cmath>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

constexpr double kPi = 3.14159265358979323846;

// Fraction of the base rate after `progress` in [0, 1] of the decay.
double decay_factor(const Schedule& schedule, double progress) {
  const double last = schedule.final_factor;
  switch (schedule.kind) {
    case ScheduleKind::linear:
      return 1.0 + (last - 1.0) * progress;
    case ScheduleKind::cosine:
      return last + (1.0 - last) * 0.5 * (1.0 + std::cos(kPi * progress));
    case ScheduleKind::exponential:
      return std::pow(last, progress);
    default:
      return 1.0;
  }
}

}  // namespace

void validate(const Schedule& s) {
  SG_REQUIRE(s.base > 0 && std::isfinite(s.base), "Schedule", "got learning rate ", s.base,
             ", expected a number above 0");
  SG_REQUIRE(s.final_factor > 0 && s.final_factor <= 1, "Schedule", "got final factor ",
             s.final_factor, ", expected 0 < factor <= 1");
  SG_REQUIRE(s.warmup_steps >= 0, "Schedule", "got ", s.warmup_steps,
             " warm-up steps, expected 0 or more");
  SG_REQUIRE(s.first_step >= 0, "Schedule", "got first step ", s.first_step,
             ", expected 0 or more");
  SG_REQUIRE(s.kind == ScheduleKind::constant || s.total_steps > s.warmup_steps, "Schedule", "got ",
             s.total_steps, " steps in all, expected more than the ", s.warmup_steps,
             " of the warm-up");
}

double rate_at(const Schedule& s, std::int64_t step) {
  step = std::max<std::int64_t>(0, step - s.first_step);
  if (step < s.warmup_steps) {
    return s.base * static_cast<double>(step + 1) / static_cast<double>(s.warmup_steps);
  }
  if (s.kind == ScheduleKind::constant) return s.base;
  const double span = static_cast<double>(s.total_steps - s.warmup_steps);
  const double progress = std::min(1.0, static_cast<double>(step - s.warmup_steps) / span);
  return s.base * decay_factor(s, progress);
}

}  // namespace sparsegrow
