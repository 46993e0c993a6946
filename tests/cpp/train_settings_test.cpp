// Schedules, optimizer parameters and start weights.
#include <cmath>

#include "catch.h"
#include "sparsegrow/topology/erdos_renyi.h"
#include "sparsegrow/train/initialise.h"
#include "sparsegrow/train/optimizer.h"

using namespace sparsegrow;

TEST_CASE("schedules start at the base and end at base times the factor", "[train]") {
  for (const auto kind : {ScheduleKind::linear, ScheduleKind::cosine, ScheduleKind::exponential}) {
    const Schedule schedule{kind, 0.4, 0.1, 0, 100};
    CHECK(rate_at(schedule, 0) == Approx(0.4));
    CHECK(rate_at(schedule, 100) == Approx(0.04));
    CHECK(rate_at(schedule, 5000) == Approx(0.04));
  }
  CHECK(rate_at({ScheduleKind::linear, 1.0, 0.5, 0, 10}, 5) == Approx(0.75));
  CHECK(rate_at({ScheduleKind::cosine, 1.0, 0.5, 0, 10}, 5) == Approx(0.75));
  CHECK(rate_at({ScheduleKind::exponential, 1.0, 0.01, 0, 10}, 5) == Approx(0.1));
}

TEST_CASE("warm-up rises to the base and the decay starts after it", "[train]") {
  const Schedule schedule{ScheduleKind::linear, 1.0, 0.5, 4, 14};
  CHECK(rate_at(schedule, 0) == Approx(0.25));
  CHECK(rate_at(schedule, 3) == Approx(1.0));
  CHECK(rate_at(schedule, 4) == Approx(1.0));
  CHECK(rate_at(schedule, 14) == Approx(0.5));
}

TEST_CASE("settings out of range are refused", "[train]") {
  CHECK_THROWS_AS(validate(Schedule{ScheduleKind::constant, 0.0, 1.0, 0, 0}),
                  std::invalid_argument);
  CHECK_THROWS_AS(validate(Schedule{ScheduleKind::linear, 0.1, 1.0, 5, 5}), std::invalid_argument);
  OptimizerConfig config;
  config.momentum = 1.0;
  CHECK_THROWS_AS(validate(config), std::invalid_argument);
  config.momentum = 0.9;
  config.weight_decay = -1;
  CHECK_THROWS_AS(validate(config), std::invalid_argument);
}

TEST_CASE("each kind of decay lands in its own parameter", "[train]") {
  OptimizerConfig config;
  config.weight_decay = 0.5;
  config.decay = DecayKind::l2;
  CHECK(step_params(config, 0.1, 0, true).l2 == 0.5f);
  CHECK(step_params(config, 0.1, 0, true).decay == 0.0f);
  config.decay = DecayKind::decoupled;
  CHECK(step_params(config, 0.1, 0, true).decay == Approx(0.05f));
  config.decay = DecayKind::direct;
  CHECK(step_params(config, 0.1, 0, true).decay == 0.5f);
  CHECK(step_params(config, 0.1, 0, false).decay == 0.0f);
  CHECK(step_params(config, 0.1, 1, true).correction1 == Approx(1 - 0.9 * 0.9));
}

TEST_CASE("sparse weight initialisation has deviation gain / sqrt(fan-in)", "[train]") {
  const Pattern pattern = erdos_renyi(400, 300, 12000, Rng(1));
  const auto weights = initial_weights(pattern, {InitKind::swi, 2.0}, 7);
  double sum = 0, scaled = 0;
  for (std::size_t row = 0; row < 300; ++row) {
    const double fan_in = pattern.row_begin[row + 1] - pattern.row_begin[row];
    for (auto e = pattern.row_begin[row]; e < pattern.row_begin[row + 1]; ++e) {
      const double w = weights[static_cast<std::size_t>(e)];
      sum += w;
      scaled += w * w * fan_in;
    }
  }
  CHECK(sum / 12000 == Approx(0).margin(0.015));
  CHECK(std::sqrt(scaled / 12000) == Approx(2.0).epsilon(0.03));
  CHECK(initial_weights(pattern, {InitKind::swi, 2.0}, 7) == weights);
  CHECK(initial_weights(pattern, {InitKind::zero, 2.0}, 7) == std::vector<double>(12000, 0.0));
}
