// When and how much: fractions, density ramps and the sign of convergence.
#include "errors.h"
#include "sparsegrow/topology/density_ramp.h"
#include "sparsegrow/topology/update_schedule.h"
#include "topology_cases.h"

using namespace sparsegrow;

TEST_CASE("updates are due every so often, and not at the end", "[topology]") {
  UpdateSchedule schedule;
  schedule.every = 3;
  schedule.end = 9;
  std::vector<std::int64_t> due;
  for (std::int64_t time = 0; time < 20; ++time) {
    if (update_due(schedule, time)) due.push_back(time);
  }
  CHECK(due == std::vector<std::int64_t>{3, 6});
}

TEST_CASE("the cosine fraction", "[topology]") {
  UpdateSchedule schedule;
  schedule.end = 1000;
  CHECK(fraction_at(schedule, 900) == 0.3);
  schedule.shape = FractionShape::cosine;
  const std::pair<std::int64_t, double> published[] = {{0, .3},    {100, .292658}, {250, .256066},
                                                       {500, .15}, {750, .043934}, {900, .007342}};
  for (const auto& [time, fraction] : published) {
    CHECK(fraction_at(schedule, time) == Approx(fraction).epsilon(1e-4));
  }
  CHECK(fraction_at(schedule, 1000) == 0);
  CHECK(fraction_at(schedule, 2000) == 0);
}

TEST_CASE("schedules that make no sense are errors", "[topology]") {
  UpdateSchedule schedule;
  schedule.every = 0;
  CHECK(sparsegrow::test::error_of([&] { validate(schedule); }) ==
        "invalid_argument: [UpdateSchedule] got every 0, expected at least 1");
  schedule.every = 1;
  schedule.fraction = 1.1;
  CHECK_THROWS_AS(fraction_at(schedule, 0), std::invalid_argument);
  schedule.fraction = 1;
  schedule.end = -1;
  CHECK_THROWS_AS(update_due(schedule, 0), std::invalid_argument);
}

TEST_CASE("density ramps", "[topology]") {
  const double at[] = {0, .25, .5, .75, 1};
  const double sigmoid[] = {.5, .573082, .745, .916918, .99};
  const double cubic[] = {.5, .783281, .92875, .982344, .99};
  for (int i = 0; i < 5; ++i) {
    CHECK(sparsity_at({.5, .99, RampShape::sigmoid}, at[i]) == Approx(sigmoid[i]).epsilon(1e-6));
    CHECK(sparsity_at({.5, .99, RampShape::cubic}, at[i]) == Approx(cubic[i]).epsilon(1e-6));
  }
  CHECK(sparsity_at({.5, .99, RampShape::cubic}, 3) == Approx(.99));
  CHECK_THROWS_AS(sparsity_at({-1, .99, RampShape::cubic}, 0), std::invalid_argument);
}

TEST_CASE("overlap of what was removed and regrown", "[topology]") {
  CHECK(regrown_overlap({{1, 1}, {0, 0}, {2, 2}}, {{2, 2}, {1, 1}, {5, 5}, {4, 4}}) == 0.5);
  CHECK(regrown_overlap({{1, 1}}, {{1, 1}}) == 1);
  CHECK(regrown_overlap({}, {{1, 1}}) == 0);
  CHECK(regrown_overlap({{1, 1}}, {}) == 0);
}
