#include "sparsegrow/topology/update_schedule.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "sparsegrow/base/check.h"

namespace sparsegrow {

void validate(const UpdateSchedule& schedule) {
  SG_REQUIRE(schedule.every >= 1, "UpdateSchedule", "got every ", schedule.every,
             ", expected at least 1");
  SG_REQUIRE(schedule.end >= 0, "UpdateSchedule", "got end ", schedule.end,
             ", expected at least 0");
  SG_REQUIRE(schedule.fraction >= 0 && schedule.fraction <= 1, "UpdateSchedule", "got fraction ",
             schedule.fraction, ", expected 0 to 1");
}

bool update_due(const UpdateSchedule& schedule, std::int64_t time) {
  validate(schedule);
  return time > 0 && time < schedule.end && time % schedule.every == 0;
}

double fraction_at(const UpdateSchedule& schedule, std::int64_t time) {
  validate(schedule);
  if (schedule.shape == FractionShape::constant) return schedule.fraction;
  if (time >= schedule.end) return 0;
  constexpr double kPi = 3.14159265358979323846;
  const double progress = static_cast<double>(time) / static_cast<double>(schedule.end);
  return schedule.fraction / 2 * (1 + std::cos(kPi * progress));
}

double regrown_overlap(Links removed, Links regrown) {
  if (regrown.empty()) return 0;
  std::sort(removed.begin(), removed.end());
  std::sort(regrown.begin(), regrown.end());
  Links both;
  std::set_intersection(removed.begin(), removed.end(), regrown.begin(), regrown.end(),
                        std::back_inserter(both));
  return static_cast<double>(both.size()) / static_cast<double>(regrown.size());
}

}  // namespace sparsegrow
