// Updates of a layered network's topology: what must stay to the bit, and what must change.
#include <cmath>
#include <map>
#include <set>

#include "catch.h"
#include "errors.h"
#include "network_cases.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/train/layer_view.h"
#include "sparsegrow/train/rewire.h"

namespace sparsegrow::test {
namespace {

using Ends = std::pair<std::int32_t, std::int32_t>;  // row of the source, row of the target

struct EdgeState {
  double weight, first, second;
  bool operator==(const EdgeState& o) const {
    return weight == o.weight && first == o.first && second == o.second;
  }
};

std::map<Ends, EdgeState> edges_of(const Network& net) {
  net.backend().finish();
  const Pattern& pattern = net.graph().csr().by_target;
  const auto value = [&](const char* name, std::int32_t e) {
    return load_element(net.state().buffer(name), net.config().dtype, e);
  };
  std::map<Ends, EdgeState> edges;
  for (std::int32_t row = 0; row < pattern.rows(); ++row) {
    const auto r = static_cast<std::size_t>(row);
    for (std::int32_t e = pattern.row_begin[r]; e < pattern.row_begin[r + 1]; ++e) {
      edges[{pattern.column[static_cast<std::size_t>(e)], row}] = {
          value("weight", e), value("weight.m", e), value("weight.v", e)};
    }
  }
  return edges;
}

// 30-40-25-5 at a fifth of all links, trained for a few steps with adam.
struct Trained {
  std::shared_ptr<Network> net;
  std::unique_ptr<Trainer> trainer;
  Data data{64, 30, 5, 3};

  explicit Trained(DType dtype = DType::f32) {
    NetworkConfig config;
    config.dtype = dtype;
    const Pattern first = erdos_renyi(30, 40, 240, Rng(1)),
                  second = erdos_renyi(40, 25, 200, Rng(2)), third = erdos_renyi(25, 5, 60, Rng(3));
    net = std::make_shared<Network>(test_backend(),
                                    layered_graph({30, 40, 25, 5}, {first, second, third}), config);
    fill_normal(*net, "weight", 0.5, 21);
    TrainerConfig train;
    train.optimizer.kind = OptimizerKind::adam;
    train.batch = 16;
    trainer = std::make_unique<Trainer>(net, train);
    trainer->train(data.matrix(), data.targets(), data.order);
  }

  // Leaves panels of a backward pass behind, as RegrowthRule::gradient needs.
  void look() { trainer->gradients(data.matrix(), data.targets(), data.order, false); }
};

std::vector<std::int32_t> links_of(const Network& net) {
  std::vector<std::int32_t> links;
  for (const LayerView& layer : layer_views(net)) links.push_back(layer.links());
  return links;
}

RewireRule rule_of(RemovalRule removal, RegrowthRule regrowth, NewWeights fresh) {
  RewireRule rule;
  rule.removal = removal;
  rule.regrowth = regrowth;
  rule.new_weights = fresh;
  return rule;
}

// Each edge of `after` either is as it was before, or is new: of those there are `fresh`.
void check_survivors(const std::map<Ends, EdgeState>& before,
                     const std::map<Ends, EdgeState>& after, std::int64_t fresh) {
  std::int64_t changed = 0;
  for (const auto& [ends, state] : after) {
    const auto old = before.find(ends);
    if (old != before.end() && old->second == state) continue;
    ++changed;
    CHECK(state.first == 0);
    CHECK(state.second == 0);
  }
  CHECK(changed == fresh);
}

const RemovalRule kRemovals[] = {RemovalRule::by_sign,  RemovalRule::magnitude,
                                 RemovalRule::relative, RemovalRule::sampled,
                                 RemovalRule::random,   RemovalRule::largest};
const RegrowthRule kRegrowths[] = {RegrowthRule::random, RegrowthRule::gradient,
                                   RegrowthRule::paths};

}  // namespace

TEST_CASE("every pair of rules keeps the number of links and what stays to the bit") {
  for (const DType dtype : tested_dtypes()) {
    for (const RemovalRule removal : kRemovals) {
      for (const RegrowthRule regrowth : kRegrowths) {
        for (const bool chains : {false, true}) {
          Trained t(dtype);
          t.look();
          const auto before = edges_of(*t.net);
          const auto links = links_of(*t.net);
          RewireRule rule = rule_of(removal, regrowth, NewWeights::start);
          rule.chain_removal = chains;
          const Rewired done = rewire(*t.net, rule, {}, 5, 1);
          CHECK(links_of(*t.net) == links);
          std::int64_t regrown = 0;
          for (const LayerRewired& layer : done.layers) {
            CHECK(layer.regrown == layer.removed + layer.chained);
            CHECK((chains || layer.chained == 0));
            CHECK(layer.regrown > 0);
            regrown += layer.regrown;
          }
          check_survivors(before, edges_of(*t.net), regrown);
          CHECK(done.hidden == 65);
          CHECK(done.alive <= done.hidden);
          t.trainer->train(t.data.matrix(), t.data.targets(), t.data.order);
        }
      }
    }
  }
}

TEST_CASE("new links start at zero or as at the start") {
  for (const NewWeights fresh : {NewWeights::zero, NewWeights::start}) {
    Trained t;
    const auto before = edges_of(*t.net);
    rewire(*t.net, rule_of(RemovalRule::magnitude, RegrowthRule::random, fresh), {}, 5, 1);
    std::int64_t zeros = 0, others = 0;
    for (const auto& [ends, state] : edges_of(*t.net)) {
      if (before.count(ends) != 0) continue;
      (state.weight == 0 ? zeros : others) += 1;
    }
    CHECK((fresh == NewWeights::zero ? others : zeros) == 0);
    CHECK(zeros + others > 50);
  }
}

TEST_CASE("a link that comes back at once stays as it was, where new links start at zero") {
  Trained t;
  t.look();
  const auto before = edges_of(*t.net);
  RewireRule rule = rule_of(RemovalRule::random, RegrowthRule::gradient, NewWeights::zero);
  rule.fraction = 1;
  const Rewired done = rewire(*t.net, rule, {}, 5, 1);
  std::int64_t same = 0, came_back = 0;
  for (const auto& [ends, state] : edges_of(*t.net)) {
    const auto old = before.find(ends);
    same += old != before.end() && old->second == state;
  }
  for (const LayerRewired& layer : done.layers) {
    came_back += std::lround(layer.overlap * static_cast<double>(layer.regrown));
  }
  CHECK(same == came_back);
  CHECK(came_back > 0);
}

TEST_CASE("the gradient rule grows the largest gradients of a dense network") {
  if (!has_double()) return;
  Trained t(DType::f64);
  t.look();
  const auto links = [&] {
    std::set<Ends> ends;
    for (const auto& [edge, unused] : edges_of(*t.net)) ends.insert(edge);
    return ends;
  };
  const std::set<Ends> before = links();
  // Brute force over the cells of the first layer.
  std::vector<std::pair<double, Ends>> ranked;
  const auto at = [&](const Panel& panel, std::int32_t row, std::int32_t b) {
    return load_element(panel.buffer(), DType::f64,
                        tile_offset(panel.shape(), b / kTileWidth, row) + b % kTileWidth);
  };
  for (std::int32_t target = 30; target < 70; ++target) {
    for (std::int32_t source = 0; source < 30; ++source) {
      double sum = 0;
      for (std::int32_t b = 0; b < 64; ++b) {
        sum += at(t.net->activations(), source, b) * at(t.net->delta(), target, b);
      }
      if (before.count({source, target}) == 0) ranked.push_back({-std::abs(sum), {source, target}});
    }
  }
  std::sort(ranked.begin(), ranked.end());
  RewireRule rule = rule_of(RemovalRule::magnitude, RegrowthRule::gradient, NewWeights::zero);
  rule.fraction = 0.1;
  rewire(*t.net, rule, {false, true, true}, 5, 1);
  // What was removed may come back too, so the new links are the first of the list.
  std::set<Ends> grown, expected;
  for (const Ends& ends : links()) {
    if (before.count(ends) == 0) grown.insert(ends);
  }
  for (std::size_t k = 0; k < grown.size(); ++k) expected.insert(ranked[k].second);
  CHECK(grown.size() > 10);
  CHECK(grown == expected);
}

TEST_CASE("layers that are frozen, spared or full are left alone") {
  Trained t;
  const RewireRule plain = rule_of(RemovalRule::by_sign, RegrowthRule::random, NewWeights::start);
  RewireRule spare = plain;
  spare.spare_last = true;
  const Rewired done = rewire(*t.net, spare, {true, false, false}, 5, 1);
  CHECK(done.layers[0].regrown == 0);
  CHECK(done.layers[1].regrown > 0);
  CHECK(done.layers[2].regrown == 0);

  const Pattern all = erdos_renyi(4, 3, 12, Rng(1));
  Network full(test_backend(), layered_graph({4, 3}, {all}), {});
  CHECK(rewire(full, plain, {}, 5, 1).layers[0].removed == 0);
}

TEST_CASE("a rule may say how many links there shall be") {
  Trained t;
  RewireRule rule = rule_of(RemovalRule::magnitude, RegrowthRule::paths, NewWeights::zero);
  rule.chain_removal = true;
  for (const std::vector<std::int64_t>& links :
       {std::vector<std::int64_t>{100, 300, 40}, {240, 200, 0}, {1200, 1000, 125}}) {
    rule.links = links;
    rewire(*t.net, rule, {}, 5, 1);
    const auto found = links_of(*t.net);
    CHECK(std::vector<std::int64_t>(found.begin(), found.end()) == links);
  }
  const auto refused = [&](std::vector<std::int64_t> links, RemovalRule removal) {
    rule.links = std::move(links);
    rule.removal = removal;
    return error_of([&] { rewire(*t.net, rule, {}, 5, 1); });
  };
  CHECK(refused({1}, RemovalRule::magnitude) ==
        "invalid_argument: [rewire] got links of 1 layers, expected 3");
  CHECK(refused({1, 1, 126}, RemovalRule::magnitude) ==
        "invalid_argument: [rewire] layer 2: got 126 links, expected 0 to 125");
  CHECK(refused({1, 1, 1}, RemovalRule::by_sign).find("removal by sign") != std::string::npos);
}

TEST_CASE("updates follow from seed and number alone") {
  const auto after = [](std::uint64_t seed, std::uint64_t update, int threads) {
    const int before = num_threads();
    set_num_threads(threads);
    Trained t;
    RewireRule rule = rule_of(RemovalRule::sampled, RegrowthRule::paths, NewWeights::start);
    rule.choice = ChoiceRule::sampled;
    rewire(*t.net, rule, {}, seed, update);
    set_num_threads(before);
    return edges_of(*t.net);
  };
  const auto one = after(5, 1, 1);
  CHECK(after(5, 1, 4) == one);
  CHECK_FALSE(after(6, 1, 1) == one);
  CHECK_FALSE(after(5, 2, 1) == one);
}

TEST_CASE("an update can be rolled back to the exact bits") {
  Trained t;
  const auto before = edges_of(*t.net);
  const auto saved = t.net->snapshot();
  rewire(*t.net, RewireRule{}, {}, 5, 1);
  CHECK_FALSE(edges_of(*t.net) == before);
  t.net->rollback(saved);
  CHECK(edges_of(*t.net) == before);
}

TEST_CASE("what cannot be rewired is refused and stays") {
  const auto skipping = skip_net({});
  CHECK(error_of([&] {
          rewire(*skipping, RewireRule{}, {}, 0, 0);
        }).find("from the layer before") != std::string::npos);
  Trained t;
  const auto before = edges_of(*t.net);
  CHECK(error_of([&] { rewire(*t.net, RewireRule{}, {true}, 0, 0); }) ==
        "invalid_argument: [rewire] got 1 flags for 3 layers");
  RewireRule rule;
  rule.fraction = 1.5;
  CHECK(error_of([&] { rewire(*t.net, rule, {}, 0, 0); }).find("1.5") != std::string::npos);
  CHECK(edges_of(*t.net) == before);
}

}  // namespace sparsegrow::test
