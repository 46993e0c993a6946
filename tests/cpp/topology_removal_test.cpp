// Removal rules: the vectors of the specification, and a stable sort as the slow truth.
#include <cmath>
#include <limits>

#include "errors.h"
#include "sparsegrow/base/denormals.h"
#include "sparsegrow/topology/remove_magnitude.h"
#include "sparsegrow/topology/remove_relative.h"
#include "sparsegrow/topology/remove_sampled.h"
#include "sparsegrow/topology/remove_signed.h"
#include "topology_cases.h"
#include "topology_oracle.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

using Weights = std::vector<float>;

std::vector<double> sizes(const Weights& weights) {
  std::vector<double> keys;
  for (const float w : weights) keys.push_back(std::fabs(double{w}));
  return keys;
}

// The rule of SET by sorting each sign on its own.
Positions signed_truth(const Weights& weights, double fraction) {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  std::vector<double> above, below;
  std::int64_t positive = 0, negative = 0;
  Positions removed;
  for (std::size_t p = 0; p < weights.size(); ++p) {
    above.push_back(weights[p] > 0 ? double{weights[p]} : kNever);
    below.push_back(weights[p] < 0 ? -double{weights[p]} : kNever);
    positive += weights[p] > 0;
    negative += weights[p] < 0;
    if (weights[p] == 0) removed.push_back(static_cast<std::int32_t>(p));
  }
  for (const auto& [keys, links] : {std::pair{above, positive}, std::pair{below, negative}}) {
    const Positions part = smallest_truth(keys, removal_count(fraction, links));
    removed.insert(removed.end(), part.begin(), part.end());
  }
  std::sort(removed.begin(), removed.end());
  return removed;
}

}  // namespace

TEST_CASE("each sign has its own quota", "[topology]") {
  const Weights mixed{.5f, -.1f, .2f, -.7f, .05f, -.3f, .9f, -.02f, .33f, -.4f};
  CHECK(remove_signed(mixed, 0.4) == Positions{1, 2, 4, 7});
  CHECK(remove_magnitude(mixed, 4) == Positions{1, 2, 4, 7});
  const Weights small_positive{.01f, .02f, .03f, .04f, -1, -2, -3, -4};
  CHECK(remove_signed(small_positive, 0.5) == Positions{0, 1, 4, 5});
  CHECK(remove_magnitude(small_positive, 4) == Positions{0, 1, 2, 3});
}

TEST_CASE("zeros go first, ties by position, NaN last", "[topology]") {
  CHECK(remove_signed(Weights{0, 1, 1, 1, 1, -0.0f, -1, -1}, 0.5) == Positions{0, 1, 2, 5, 6});
  CHECK(remove_signed(Weights{0, 0}, 0) == Positions{0, 1});
  CHECK(remove_magnitude(Weights{2, -1, 1, 0, 1}, 2) == Positions{1, 3});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(remove_magnitude(Weights{nan, 3, -nan, 9}, 2) == Positions{1, 3});
  CHECK(remove_signed(Weights{nan, 3, nan, -9}, 1) == Positions{1, 3});
}

TEST_CASE("subnormals have a sign, whatever reads them as zero", "[topology]") {
  const FlushDenormals guard;
  const std::vector<float> weights{1e-40f, 1, 2, 3, -1, -1e-40f, 0, -0.0f};
  REQUIRE(remove_signed(weights, 0.5) == Positions{0, 1, 5, 6, 7});
}

TEST_CASE("quotas are exact floors", "[topology]") {
  CHECK(removal_count(0.3, 100) == 30);
  CHECK(removal_count(0.29, 100) == 29);  // 28.999999999999996 as a product
  CHECK(removal_count(0.3, 101) == 30);
  CHECK(removal_count(0.3, 3) == 0);
  CHECK(removal_count(1, 2147483647) == 2147483647);
  CHECK(removal_count(0.999999999, 2147483647) == 2147483644);
  CHECK(error_of([] { removal_count(1.5, 10); }) ==
        "invalid_argument: [removal_count] got fraction 1.5, expected 0 to 1");
}

TEST_CASE("magnitude and signed removal against a stable sort", "[topology]") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Pattern layer = random_layer(30, 20, static_cast<std::int64_t>(seed * 20), seed);
    Weights weights = random_weights(layer, seed);
    if (seed % 2 == 1) {
      for (float& w : weights) w = std::round(w * 4) / 4;  // many ties and zeros
    }
    for (const double fraction : {0.0, 0.1, 0.3, 0.5, 1.0}) {
      const std::int64_t count = removal_count(fraction, layer.edges());
      CHECK(remove_magnitude(weights, count) == smallest_truth(sizes(weights), count));
      CHECK(remove_signed(weights, fraction) == signed_truth(weights, fraction));
    }
  }
}

TEST_CASE("removal counts outside the layer are errors", "[topology]") {
  const Weights weights{1, 2};
  CHECK(error_of([&] { remove_magnitude(weights, 3); }) ==
        "invalid_argument: [remove_magnitude] got 3 links to remove, expected 0 to 2");
  CHECK_THROWS_AS(remove_magnitude(weights, -1), std::invalid_argument);
  CHECK(remove_magnitude({}, 0).empty());
  CHECK(remove_signed({}, 0.5).empty());
}

TEST_CASE("relative importance", "[topology]") {
  const Pattern layer = layer_of({"11", "01"});
  const Weights weights{0.1f, -0.4f, 0.2f};  // by target: 0-0, 0-1, 1-1
  const auto importance = relative_importance(layer, 2, weights);
  CHECK(importance[0] == Approx(1.2));
  CHECK(importance[1] == Approx(1.466667).epsilon(1e-6));
  CHECK(importance[2] == Approx(1.333333).epsilon(1e-6));
  CHECK(remove_relative(layer, 2, weights, 1) == Positions{0});
  CHECK(remove_relative(layer, 2, weights, 2) == Positions{0, 2});
  for (std::size_t p = 0; p < 3; ++p) {
    CHECK(relative_importance(layer, 2, weights, 1)[p] == Approx(2 * std::fabs(weights[p])));
  }
  CHECK(relative_importance(layer, 2, Weights{0, 0, 0}) == std::vector<double>{0, 0, 0});
  CHECK(error_of([&] { relative_importance(layer, 2, Weights{1}); }) ==
        "invalid_argument: [relative_importance] got 1 weights, expected one for each of 3 links");
  CHECK_THROWS_AS(relative_importance(layer, 1, weights), std::invalid_argument);
  CHECK_THROWS_AS(relative_importance(layer, 2, weights, 2), std::invalid_argument);
  CHECK_THROWS_AS(remove_relative(layer, 2, weights, 4), std::invalid_argument);
}

TEST_CASE("relative removal against a stable sort", "[topology]") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Pattern layer = random_layer(25, 40, 300, seed);
    const Weights weights = random_weights(layer, seed);
    CHECK(remove_relative(layer, 25, weights, 90) ==
          smallest_truth(relative_importance(layer, 25, weights), 90));
  }
}

TEST_CASE("sampled removal keeps in proportion to importance^exponent", "[topology]") {
  const Pattern layer{{0, 3}, {0, 1, 2}};
  const Weights weights{1, 2, 3};
  constexpr int kDraws = 20000;
  for (const double delta : {0.0, 0.5, 0.75}) {
    double kept[3] = {0, 0, 0}, share[3], total = 0;
    for (int p = 0; p < 3; ++p) {
      share[p] = std::pow(2.0 * weights[p], delta / (1 - delta));
      total += share[p];
    }
    for (int draw = 0; draw < kDraws; ++draw) {
      const Positions removed = remove_sampled(layer, 3, weights, 2, {1, delta},
                                               Rng(4, static_cast<std::uint64_t>(draw)));
      REQUIRE(removed.size() == 2);
      ++kept[3 - removed[0] - removed[1]];
    }
    double chi_square = 0;
    for (int p = 0; p < 3; ++p) {
      const double expected = kDraws * share[p] / total;
      chi_square += (kept[p] - expected) * (kept[p] - expected) / expected;
    }
    CHECK(chi_square < 13.8);  // 2 degrees of freedom, one in a thousand
  }
}

TEST_CASE("sampled removal: bounds, zeros, threads and errors", "[topology]") {
  const Pattern layer = random_layer(300, 400, 5000, 3);
  Weights weights = random_weights(layer, 3);
  for (std::size_t p = 0; p < weights.size(); p += 10) weights[p] = 0;
  const Positions removed = remove_sampled(layer, 300, weights, 1500, {0, 0.9}, Rng(1));
  require_positions(layer, removed);
  CHECK(removed.size() == 1500);
  for (std::int32_t p = 0; p < 5000; p += 10) {
    REQUIRE(std::binary_search(removed.begin(), removed.end(), p));
  }
  for (const int threads : {1, 3}) {
    const ThreadCount scope(threads);
    CHECK(remove_sampled(layer, 300, weights, 1500, {0, 0.9}, Rng(1)) == removed);
  }
  CHECK(remove_sampled(layer, 300, weights, 1500, {0, 0.9}, Rng(2)) != removed);
  CHECK(remove_sampled(layer, 300, weights, 5000, {0, 0}, Rng(1)).size() == 5000);
  CHECK(remove_sampled(Pattern{{0, 0}, {}}, 4, {}, 0, {}, Rng(1)).empty());
  CHECK_THROWS_AS(remove_sampled(layer, 300, weights, 5001, {}, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(remove_sampled(layer, 300, weights, 1, {0, 1}, Rng(1)), std::invalid_argument);
}

TEST_CASE("sharper sampling comes closer to removing the least important", "[topology]") {
  const Pattern layer = random_layer(60, 50, 900, 8);
  const Weights weights = random_weights(layer, 8);
  const Positions least = remove_relative(layer, 60, weights, 300);
  std::size_t before = 0;
  for (const double delta : {0.0, 0.5, 0.9, 0.99}) {
    const Positions removed = remove_sampled(layer, 60, weights, 300, {0, delta}, Rng(2));
    Positions both;
    std::set_intersection(removed.begin(), removed.end(), least.begin(), least.end(),
                          std::back_inserter(both));
    CHECK(both.size() > before);
    before = both.size();
  }
  CHECK(removal_delta(0.5, 0.75, 0) == 0.5);
  CHECK(removal_delta(0.5, 0.75, 0.5) == Approx(0.625));
  CHECK(removal_delta(0.5, 0.9, 2) == Approx(0.9));
}
