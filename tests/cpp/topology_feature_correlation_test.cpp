// The start from correlated features, against correlations in double precision.
#include "sparsegrow/topology/feature_correlation.h"

#include <cmath>
#include <limits>

#include "errors.h"
#include "topology_cases.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

// Features that share some of three hidden causes, far from 0 so that rounding would show.
std::vector<float> related_samples(std::int32_t samples, std::int32_t features) {
  Rng rng(7);
  std::vector<float> values;
  for (std::int32_t s = 0; s < samples; ++s) {
    const double cause[3] = {rng.normal(), rng.normal(), rng.normal()};
    for (std::int32_t f = 0; f < features; ++f) {
      const double share = 0.1 * (f % 10);
      values.push_back(static_cast<float>(100 + share * cause[f % 3] + (1 - share) * rng.normal()));
    }
  }
  return values;
}

double correlation(const FeatureTable& table, std::int32_t a, std::int32_t b) {
  const auto samples = static_cast<double>(table.samples());
  double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
  const auto at = [&](std::int64_t s, std::int32_t f) {
    return double{table.values[static_cast<std::size_t>(s * table.features + f)]};
  };
  for (std::int64_t s = 0; s < table.samples(); ++s) {
    mean_a += at(s, a) / samples;
    mean_b += at(s, b) / samples;
  }
  for (std::int64_t s = 0; s < table.samples(); ++s) {
    ab += (at(s, a) - mean_a) * (at(s, b) - mean_b);
    aa += (at(s, a) - mean_a) * (at(s, a) - mean_a);
    bb += (at(s, b) - mean_b) * (at(s, b) - mean_b);
  }
  return a == b || aa == 0 || bb == 0 ? 0 : std::fabs(ab / std::sqrt(aa * bb));
}

}  // namespace

TEST_CASE("the most correlated cells are linked", "[topology]") {
  const std::int32_t features = 45;  // two blocks
  const std::vector<float> values = related_samples(301, features);
  const FeatureTable table{values, features};
  std::vector<double> sizes;
  for (std::int32_t t = 0; t < features; ++t) {
    for (std::int32_t s = 0; s < features; ++s) sizes.push_back(correlation(table, t, s));
  }
  std::vector<double> falling = sizes;
  std::sort(falling.begin(), falling.end(), [](double a, double b) { return a > b; });
  for (const std::int64_t links : {1, 100, 500}) {
    const Pattern layer = correlated_features(table, features, features, links, Rng(1));
    REQUIRE(layer.edges() == links);
    require_pattern(layer, features, "test");
    for (const auto& [target, source] : cells_of(layer)) {
      REQUIRE(sizes[static_cast<std::size_t>(target * features + source)] >=
              falling[static_cast<std::size_t>(links - 1)] - 1e-6);
    }
  }
}

TEST_CASE("wider layers repeat the features", "[topology]") {
  const std::int32_t features = 10;
  const std::vector<float> values = related_samples(200, features);
  const FeatureTable table{values, features};
  // As many links as 7 pairs have copies: 2 directions x 3 targets x 2 sources.
  const Pattern layer = correlated_features(table, 20, 30, 7 * 12, Rng(1));
  std::set<std::pair<std::int32_t, std::int32_t>> pairs;
  for (const auto& [target, source] : cells_of(layer)) {
    pairs.emplace(target % features, source % features);
  }
  CHECK(pairs.size() == 14);
  for (const auto& pair : pairs) CHECK(pair.first != pair.second);
}

TEST_CASE("constant features and NaN are never correlated", "[topology]") {
  std::vector<float> values = related_samples(50, 6);
  for (std::size_t s = 0; s < 50; ++s) {
    values[s * 6] = 0.1f;
    values[s * 6 + 1] = s == 7 ? std::numeric_limits<float>::quiet_NaN() : values[s * 6 + 1];
  }
  const Pattern layer = correlated_features({values, 6}, 6, 6, 12, Rng(1));
  for (const auto& [target, source] : cells_of(layer)) {
    CHECK((target > 1 && source > 1 && target != source));
  }
  CHECK(correlated_features({values, 6}, 6, 6, 36, Rng(1)).edges() == 36);
  CHECK(correlated_features({{}, 6}, 6, 6, 9, Rng(1)).edges() == 9);  // no samples: at random
}

TEST_CASE("the start from data is the same for any number of threads", "[topology]") {
  const std::vector<float> values = related_samples(100, 70);
  std::vector<Pattern> made;
  for (const int threads : {1, 2, 5}) {
    const ThreadCount scope(threads);
    made.push_back(correlated_features({values, 70}, 70, 140, 900, Rng(1)));
  }
  CHECK(made[0].column == made[1].column);
  CHECK(made[0].column == made[2].column);
}

TEST_CASE("tables and layers must fit", "[topology]") {
  const std::vector<float> values(30, 1.0f);
  CHECK(error_of([&] { correlated_features({values, 5}, 5, 7, 3, Rng(1)); }) ==
        "invalid_argument: [correlated_features] got a layer of 5 x 7, expected multiples of the 5 "
        "features");
  CHECK_THROWS_AS(correlated_features({values, 4}, 4, 4, 3, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(correlated_features({values, 0}, 4, 4, 3, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(correlated_features({values, 5}, 5, 5, 26, Rng(1)), std::invalid_argument);
}
