// What one update of topology costs: removal, regrowth at random, by gradient and by paths; and
// what starts cost. Each result is checked before it is timed. Medians are printed beside Catch2's
// means.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

#include "catch.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/topology/chain_removal.h"
#include "sparsegrow/topology/erdos_renyi.h"
#include "sparsegrow/topology/feature_correlation.h"
#include "sparsegrow/topology/receptive_field.h"
#include "sparsegrow/topology/regrow_gradient.h"
#include "sparsegrow/topology/regrow_l3.h"
#include "sparsegrow/topology/regrow_random.h"
#include "sparsegrow/topology/remove_magnitude.h"
#include "sparsegrow/topology/remove_relative.h"
#include "sparsegrow/topology/remove_sampled.h"
#include "sparsegrow/topology/remove_signed.h"
#include "sparsegrow/topology/scale_free.h"
#include "sparsegrow/topology/small_world.h"

namespace sparsegrow {
namespace {

constexpr double kFraction = 0.3;

struct Layer {
  std::string name;
  std::int32_t sources;
  Pattern pattern;
  std::vector<float> weights;
};

Layer make_layer(std::int32_t sources, std::int32_t targets, double density) {
  const double cells = static_cast<double>(sources) * targets;
  Layer layer;
  layer.name = std::to_string(sources) + " x " + std::to_string(targets) + " at " +
               std::to_string(density * 100).substr(0, 4) + " %";
  layer.sources = sources;
  layer.pattern = erdos_renyi(sources, targets, std::llround(cells * density), Rng(1));
  Rng rng(2);
  for (std::int32_t p = 0; p < layer.pattern.edges(); ++p) {
    layer.weights.push_back(static_cast<float>(rng.normal()));
  }
  return layer;
}

// Median of the single runs, on one thread and on two.
template <class Call>
void time_call(const std::string& name, Call call) {
  using Clock = std::chrono::steady_clock;
  const int threads_before = num_threads();
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    std::vector<double> samples;
    BENCHMARK_ADVANCED(name + ", threads: " + std::to_string(threads))
    (Catch::Benchmark::Chronometer meter) {
      meter.measure([&] {
        const Clock::time_point start = Clock::now();
        const std::size_t size = call();
        samples.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        return size;
      });
    };
    if (samples.empty()) continue;
    std::nth_element(samples.begin(), samples.begin() + samples.size() / 2, samples.end());
    std::cout << name << ", threads: " << threads << ", median " << samples[samples.size() / 2]
              << " ms\n";
  }
  set_num_threads(threads_before);
}

// The links are as many as asked for, and the layer that they make is sound.
void require_regrown(const Layer& layer, const Pattern& kept, const Links& links) {
  const Pattern grown = with_links(kept, links);
  require_pattern(grown, layer.sources, "bench");
  REQUIRE(grown.edges() == layer.pattern.edges());
}

void time_set_update(const Layer& layer) {
  const auto update = [&] {
    const Positions removed = remove_signed(layer.weights, kFraction);
    const Pattern kept = without_positions(layer.pattern, removed);
    const auto count = static_cast<std::int64_t>(removed.size());
    return with_links(kept, regrow_random(kept, layer.sources, count, Rng(3)));
  };
  const Pattern grown = update();
  require_pattern(grown, layer.sources, "bench");
  REQUIRE(grown.edges() == layer.pattern.edges());
  time_call("SET update, " + layer.name, [&] { return update().column.size(); });
}

void time_regrowth(const Layer& layer) {
  const std::int64_t count = removal_count(kFraction, layer.pattern.edges());
  const Pattern kept = without_positions(layer.pattern, remove_magnitude(layer.weights, count));
  require_regrown(layer, kept, regrow_random(kept, layer.sources, count, Rng(3)));
  time_call("regrow at random, " + layer.name,
            [&] { return regrow_random(kept, layer.sources, count, Rng(3)).size(); });
}

void time_removals(const Layer& layer) {
  const std::int64_t count = removal_count(kFraction, layer.pattern.edges());
  const Pattern& pattern = layer.pattern;
  REQUIRE(remove_relative(pattern, layer.sources, layer.weights, count).size() ==
          static_cast<std::size_t>(count));
  time_call("remove by magnitude, " + layer.name,
            [&] { return remove_magnitude(layer.weights, count).size(); });
  time_call("remove by relative importance, " + layer.name,
            [&] { return remove_relative(pattern, layer.sources, layer.weights, count).size(); });
  time_call("remove by sampling, " + layer.name, [&] {
    return remove_sampled(pattern, layer.sources, layer.weights, count, {}, Rng(4)).size();
  });
}

void time_l3(const Layer& layer, L3Kind kind, const std::string& kind_name) {
  const std::int64_t count = removal_count(kFraction, layer.pattern.edges());
  for (const ChoiceRule rule : {ChoiceRule::best, ChoiceRule::sampled}) {
    const auto regrow = [&] {
      return regrow_l3(layer.pattern, layer.sources, count, kind, rule, Rng(5));
    };
    const Pattern grown = with_links(layer.pattern, regrow());
    require_pattern(grown, layer.sources, "bench");
    time_call(kind_name + (rule == ChoiceRule::best ? " best, " : " sampled, ") + layer.name,
              [&] { return regrow().size(); });
  }
}

void time_ch3(const Layer& layer) {
  time_l3(layer, L3Kind::ch3_path, "CH3-L3 by paths");
  time_l3(layer, L3Kind::ch3_node, "CH3-L3 by nodes");
}

void time_gradient(const Layer& layer) {
  const std::int64_t count = removal_count(kFraction, layer.pattern.edges());
  std::vector<float> row(64 * static_cast<std::size_t>(layer.sources));
  Rng rng(6);
  for (float& g : row) g = static_cast<float>(std::fabs(rng.normal()));
  const auto block = [&](std::int32_t, Span<float> out) {
    std::copy_n(row.begin(), out.size(), out.begin());
  };
  const auto regrow = [&] {
    return regrow_gradient(layer.pattern, layer.sources, count, block, Rng(7));
  };
  require_pattern(with_links(layer.pattern, regrow()), layer.sources, "bench");
  time_call("regrow by gradient, " + layer.name, [&] { return regrow().size(); });
}

void time_chains(const Layer& layer) {  // square layers only
  const std::vector<Pattern> stack(4, layer.pattern);
  const std::vector<Positions> removed(4, remove_signed(layer.weights, kFraction));
  REQUIRE(chain_removal(stack, removed, true).positions.back().empty());
  time_call("chain removal, 4 layers of " + layer.name,
            [&] { return chain_removal(stack, removed, true).positions.size(); });
}

void time_starts() {
  constexpr std::int32_t kInputs = 4000, kOutputs = 1000, kLinks = 100000;
  const auto timed = [&](const std::string& name, auto start) {
    REQUIRE(start().edges() == kLinks);
    time_call(name + " start, 4000 x 1000 at 2.50 %", [&] { return start().column.size(); });
  };
  timed("Erdos-Renyi", [&] { return erdos_renyi(kInputs, kOutputs, kLinks, Rng(1)); });
  timed("small world", [&] { return small_world(kInputs, kOutputs, kLinks, 0.25, Rng(1)); });
  timed("receptive field", [&] {
    return receptive_field(kInputs, kOutputs, kLinks, 0.25, FieldSizes::fixed, Rng(1));
  });
  timed("scale-free",
        [&] { return scale_free(kInputs, kOutputs, kLinks, kScaleFreeExponent, Rng(1)); });
}

// Images of 28 x 28, a tenth of the usual 60,000.
void time_feature_correlation() {
  constexpr std::int32_t kFeatures = 784, kSamples = 6000, kLinks = 12293;
  std::vector<float> values(static_cast<std::size_t>(kFeatures) * kSamples);
  Rng rng(1);
  for (float& value : values) value = static_cast<float>(rng.uniform());
  const auto start = [&] {
    return correlated_features({values, kFeatures}, kFeatures, 2 * kFeatures, kLinks, Rng(1));
  };
  REQUIRE(start().edges() == kLinks);
  time_call("feature correlation, 6,000 x 784", [&] { return start().column.size(); });
}

}  // namespace

TEST_CASE("one update of SET", "[!benchmark][topology]") {
  const Layer wide = make_layer(4000, 1000, 0.025);  // epsilon 20
  time_set_update(wide);
  time_removals(wide);
  time_regrowth(wide);
  time_gradient(wide);
  time_regrowth(make_layer(4000, 1000, 0.001));
  time_regrowth(make_layer(4000, 1000, 0.5));
}

TEST_CASE("regrowth by paths of length 3", "[!benchmark][topology]") {
  const Layer layer = make_layer(1024, 1024, 0.01);
  time_ch3(layer);
  time_l3(layer, L3Kind::ch2_path, "CH2-L3 by paths");
  time_chains(layer);
}

TEST_CASE("regrowth by paths of length 3 in large layers", "[!benchmark][topology][large]") {
  time_ch3(make_layer(1024, 1024, 0.05));
  time_ch3(make_layer(3072, 3072, 0.01));
  time_ch3(make_layer(4000, 1000, 0.025));
}

TEST_CASE("start topologies", "[!benchmark][topology]") {
  time_starts();
  time_feature_correlation();
}

}  // namespace sparsegrow
