// Start topologies with a shape: small world, receptive field, scale-free, and start weights.
#include <cmath>
#include <functional>

#include "errors.h"
#include "sparsegrow/topology/degrees.h"
#include "sparsegrow/topology/receptive_field.h"
#include "sparsegrow/topology/scale_free.h"
#include "sparsegrow/topology/small_world.h"
#include "sparsegrow/topology/swi.h"
#include "topology_cases.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

using Degrees = std::vector<std::int32_t>;

Degrees target_degrees(const Pattern& layer) {
  Degrees degrees;
  for (std::int32_t t = 0; t < layer.rows(); ++t) {
    degrees.push_back(layer.row_begin[t + 1] - layer.row_begin[t]);
  }
  return degrees;
}

Degrees source_degrees(const Pattern& layer, std::int32_t sources) {
  Degrees degrees(static_cast<std::size_t>(sources), 0);
  for (const std::int32_t source : layer.column) ++degrees[source];
  return degrees;
}

std::int32_t ring_distance(std::int32_t a, std::int32_t b, std::int32_t ring) {
  const std::int32_t apart = std::abs(a - b);
  return std::min(apart, ring - apart);
}

// Mean distance of a link's ends, as a share of the most there can be.
double mean_distance(const Pattern& layer, std::int32_t sources) {
  const std::int32_t ring = std::max(sources, layer.rows());
  double sum = 0;
  for (const auto& [target, source] : cells_of(layer)) {
    sum += ring_distance(target * (ring / layer.rows()), source * (ring / sources), ring);
  }
  return sum / layer.edges() / (ring / 2.0);
}

using Start = std::function<Pattern(std::int32_t, std::int32_t, std::int64_t, Rng)>;

std::vector<std::pair<std::string, Start>> starts() {
  std::vector<std::pair<std::string, Start>> all;
  for (const double share : {0.0, 0.25, 1.0}) {
    all.emplace_back("small world", [=](auto n, auto m, auto links, Rng rng) {
      return small_world(n, m, links, share, rng);
    });
    for (const FieldSizes sizes : {FieldSizes::fixed, FieldSizes::uniform}) {
      all.emplace_back("receptive field", [=](auto n, auto m, auto links, Rng rng) {
        return receptive_field(n, m, links, share, sizes, rng);
      });
    }
  }
  for (const double exponent : {kScaleFreeExponent, 1.001, 1 + 1e-15}) {
    all.emplace_back("scale-free", [=](auto n, auto m, auto links, Rng rng) {
      return scale_free(n, m, links, exponent, rng);
    });
  }
  return all;
}

}  // namespace

TEST_CASE("every start has exactly the links asked for, in any shape", "[topology]") {
  const std::pair<std::int32_t, std::int32_t> shapes[] = {{20, 30}, {30, 20}, {25, 25}, {1, 9},
                                                          {9, 1},   {1, 1},   {70, 7}};
  for (const auto& [name, start] : starts()) {
    INFO(name);
    for (const auto& [inputs, outputs] : shapes) {
      const std::int64_t cells = std::int64_t{inputs} * outputs;
      for (const std::int64_t links : {std::int64_t{0}, std::int64_t{1}, cells / 10, cells / 2,
                                       cells * 9 / 10, cells - 1, cells}) {
        const Pattern layer = start(inputs, outputs, links, Rng(3));
        REQUIRE(layer.rows() == outputs);
        REQUIRE(layer.edges() == links);
        require_pattern(layer, inputs, "test");
        for (std::int32_t t = 0; t < outputs; ++t) {
          REQUIRE(std::is_sorted(layer.column.begin() + layer.row_begin[t],
                                 layer.column.begin() + layer.row_begin[t + 1]));
        }
      }
    }
  }
}

TEST_CASE("starts are the same for any number of threads, and follow the stream", "[topology]") {
  for (const auto& [name, start] : starts()) {
    INFO(name);
    std::vector<Pattern> made;
    for (const int threads : {1, 2, 5}) {
      const ThreadCount scope(threads);
      made.push_back(start(90, 60, 700, Rng(8, 2)));
    }
    CHECK(made[0].column == made[1].column);
    CHECK(made[0].column == made[2].column);
  }
  CHECK(small_world(90, 60, 700, 0.5, Rng(1)).column !=
        small_world(90, 60, 700, 0.5, Rng(2)).column);
}

TEST_CASE("starts refuse what cannot be", "[topology]") {
  for (const auto& [name, start] : starts()) {
    INFO(name);
    CHECK_THROWS_AS(start(4, 5, 21, Rng(1)), std::invalid_argument);
    CHECK_THROWS_AS(start(4, 5, -1, Rng(1)), std::invalid_argument);
    CHECK_THROWS_AS(start(0, 5, 0, Rng(1)), std::invalid_argument);
  }
  CHECK(error_of([] { small_world(4, 5, 6, 1.5, Rng(1)); }) ==
        "invalid_argument: [small_world] got beta 1.5, expected 0 to 1");
  CHECK(error_of([] { small_world(4, 5, 21, 0, Rng(1)); }) ==
        "invalid_argument: [small_world] got 21 links for a layer of 4 x 5, expected 0 to 20");
  CHECK_THROWS_AS(receptive_field(4, 5, 6, -1, FieldSizes::fixed, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(scale_free(4, 5, 6, 1, Rng(1)), std::invalid_argument);
}

TEST_CASE("a small world without chance is a lattice on the ring", "[topology]") {
  // 8 targets on a ring of 4 sources, 2 links each, from int(j / 2 - 1) on.
  const Pattern layer = small_world(4, 8, 16, 0, Rng(1));
  CHECK(layer.column == Degrees{0, 3, 0, 1, 0, 1, 0, 1, 1, 2, 1, 2, 2, 3, 2, 3});
  CHECK(target_degrees(layer) == Degrees(8, 2));
  const Pattern turned = small_world(8, 4, 16, 0, Rng(1));
  Pattern by_source;
  std::vector<std::int32_t> position;
  transpose(turned, 8, by_source, position);
  CHECK(by_source.column == layer.column);
}

TEST_CASE("chance spreads a small world and keeps the degrees of the larger side", "[topology]") {
  double before = 0;
  for (const double beta : {0.0, 0.1, 0.3, 0.6, 1.0}) {
    const Pattern layer = small_world(100, 200, 1999, beta, Rng(4));
    CHECK(target_degrees(layer) == even_degrees(200, 1999));
    const double distance = mean_distance(layer, 100);
    CHECK(distance > before);
    before = distance;
  }
  CHECK(before == Approx(0.5).margin(0.03));  // as far apart as chance alone
}

TEST_CASE("a receptive field goes from the nearest to anywhere", "[topology]") {
  const Pattern nearest = receptive_field(12, 4, 12, 0, FieldSizes::fixed, Rng(1));
  CHECK(nearest.column == Degrees{0, 1, 11, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  double before = 0;
  for (const double spread : {0.0, 0.2, 0.4, 0.7, 1.0}) {
    const Pattern layer = receptive_field(200, 100, 2000, spread, FieldSizes::fixed, Rng(4));
    CHECK(target_degrees(layer) == Degrees(100, 20));
    const double distance = mean_distance(layer, 200);
    CHECK(distance > before);
    before = distance;
  }
  CHECK(before == Approx(0.5).margin(0.03));
}

TEST_CASE("receptive fields of drawn sizes keep the mean", "[topology]") {
  const Degrees degrees =
      target_degrees(receptive_field(200, 100, 2000, 0.3, FieldSizes::uniform, Rng(4)));
  CHECK(*std::min_element(degrees.begin(), degrees.end()) < 5);
  CHECK(*std::max_element(degrees.begin(), degrees.end()) > 35);
}

TEST_CASE("a receptive field draws in proportion to its weights", "[topology]") {
  std::vector<double> hits(5, 0), expected(5, 0);
  constexpr int kDraws = 20000;
  double total = 0;
  for (std::int32_t place = 0; place < 5; ++place) {
    expected[place] = std::pow(1 + ring_distance(place, 0, 5), -1.5);  // (1 - .4) / .4
    total += expected[place];
  }
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    ++hits[receptive_field(5, 1, 1, 0.4, FieldSizes::fixed, Rng(1, draw)).column[0]];
  }
  double chi_square = 0;
  for (std::size_t place = 0; place < 5; ++place) {
    const double mean = kDraws * expected[place] / total;
    chi_square += (hits[place] - mean) * (hits[place] - mean) / mean;
  }
  CHECK(chi_square < 18.5);  // 4 degrees of freedom, one in a thousand
}

TEST_CASE("scale-free degrees follow the power law on both sides", "[topology]") {
  const std::int32_t nodes = 5000;
  const Pattern layer = scale_free(nodes, nodes, 100000, kScaleFreeExponent, Rng(6));
  constexpr double kSlope = kScaleFreeExponent - 1;
  const double least = 20 * (kSlope - 1) / kSlope;  // of a law with mean 20
  for (Degrees degrees : {target_degrees(layer), source_degrees(layer, nodes)}) {
    std::sort(degrees.begin(), degrees.end());
    double gap = 0;  // Kolmogorov-Smirnov: between the shares below k + 1/2
    for (std::size_t i = 0; i + 1 < degrees.size(); ++i) {
      if (degrees[i] == degrees[i + 1]) continue;
      const double share = static_cast<double>(i + 1) / nodes;
      const double law = 1 - std::pow(std::max(1.0, (degrees[i] + 0.5) / least), -kSlope);
      gap = std::max(gap, std::fabs(share - law));
    }
    CHECK(gap < 0.05);
    CHECK(degrees.back() > 300);  // chance alone would give about 40
  }
}

TEST_CASE("degrees that add up", "[topology]") {
  CHECK(even_degrees(4, 10) == Degrees{2, 3, 2, 3});
  CHECK(even_degrees(3, 0) == Degrees{0, 0, 0});
  CHECK(exact_degrees({1, 1, 2}, 8, 10) == Degrees{2, 2, 4});
  CHECK(exact_degrees({1, 1, 100}, 8, 4) == Degrees{2, 2, 4});
  CHECK(exact_degrees({0, 0, 5}, 5, 3) == Degrees{1, 1, 3});
  CHECK(exact_degrees({0, 0}, 3, 2) == Degrees{2, 1});
  CHECK(exact_degrees({1, 1, 1}, 4, 2) == Degrees{2, 1, 1});
  CHECK(exact_degrees({1e250, 1e200, 1, 1, 2}, 24, 10) == Degrees{10, 10, 1, 1, 2});
  CHECK(exact_degrees({}, 0, 2).empty());
  CHECK(error_of([] { exact_degrees({1, 1}, 5, 2); }) ==
        "invalid_argument: [exact_degrees] got 5 links for 2 neurons of at most 2");
}

TEST_CASE("start weights have the deviation of the fan-in", "[topology]") {
  const double gain = std::sqrt(2.0);
  CHECK(swi_deviation(7.84, gain) == Approx(.505076).epsilon(1e-5));
  CHECK(swi_deviation(30.72, gain) == Approx(.255155).epsilon(1e-5));
  CHECK(swi_deviation(0, gain) == 0);
  const Pattern layer{{0, 20000, 20000, 25000}, Degrees(25000, 0)};  // weights do not ask for more
  for (const FanIn fan_in : {FanIn::mean, FanIn::neuron}) {
    const auto weights = swi_weights(layer, fan_in, gain, Rng(1));
    for (const auto& [begin, end] : {std::pair{0, 20000}, std::pair{20000, 25000}}) {
      double square = 0;
      for (int p = begin; p < end; ++p) square += double{weights[p]} * weights[p];
      const double links = fan_in == FanIn::mean ? 25000.0 / 3 : end - begin;
      CHECK(square / (end - begin) == Approx(2 / links).epsilon(0.06));
    }
    const ThreadCount scope(3);
    CHECK(swi_weights(layer, fan_in, gain, Rng(1)) == weights);
  }
  CHECK(swi_weights({}, FanIn::mean, gain, Rng(1)).empty());
  CHECK_THROWS_AS(swi_weights(layer, FanIn::mean, -1, Rng(1)), std::invalid_argument);
}
