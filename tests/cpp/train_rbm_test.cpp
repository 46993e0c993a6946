// Restricted Boltzmann machines: contrastive divergence against a dense oracle that draws the same
// numbers, updates, changes of the topology.
#include <cmath>
#include <set>

#include "catch.h"
#include "errors.h"
#include "rbm_cases.h"
#include "verb_support.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

constexpr std::int32_t kVisible = 9, kHidden = 6;
constexpr std::int64_t kLinks = 31;

RbmConfig config_of(std::int32_t batch, std::int32_t gibbs, int options) {
  RbmConfig config;
  config.batch = batch;
  config.gibbs = gibbs;
  config.persistent = options & 1;
  config.mean_field_last = options & 2;
  config.sample_visible = options & 4;
  config.optimizer.momentum = 0;
  config.seed = 5;
  return config;
}

Rows chains_of(const Rbm& rbm) {
  const bool single = rbm.layers().network().config().dtype == DType::f32;
  const auto count = static_cast<std::size_t>(rbm.config().batch) * kHidden;
  std::vector<float> floats(count);
  std::vector<double> doubles(count);
  rbm.read_chains(single ? static_cast<void*>(floats.data()) : doubles.data());
  if (single) doubles.assign(floats.begin(), floats.end());
  Rows rows;
  for (std::size_t c = 0; c < count; c += kHidden) {
    rows.emplace_back(doubles.begin() + static_cast<std::ptrdiff_t>(c),
                      doubles.begin() + static_cast<std::ptrdiff_t>(c + kHidden));
  }
  return rows;
}

struct Phase {
  Rows v, h;
};

// What the chains stand at when their statistics are taken.
Phase oracle_chains(const DenseRbm& dense, const Rbm& rbm, const Rows& start) {
  const RbmConfig& config = rbm.config();
  Phase chain{{}, start};
  for (std::int32_t sweep = 1; sweep <= config.gibbs; ++sweep) {
    chain.v = dense.visible_given(chain.h);
    if (config.sample_visible) chain.v = dense.sampled(chain.v, 0, rbm.draw_of_step(sweep, true));
    chain.h = dense.hidden_given(chain.v);
    if (config.mean_field_last && sweep == config.gibbs) break;
    chain.h = dense.sampled(chain.h, kVisible, rbm.draw_of_step(sweep, false));
  }
  return chain;
}

// The mean over a phase of v_i h_j.
double product(const Phase& phase, std::int32_t i, std::int32_t j) {
  double sum = 0;
  for (std::size_t b = 0; b < phase.v.size(); ++b) sum += phase.v[b][i] * phase.h[b][j];
  return sum / static_cast<double>(phase.v.size());
}

double mean(const Rows& rows, std::int32_t unit) {
  double sum = 0;
  for (const auto& row : rows) sum += row[unit];
  return sum / static_cast<double>(rows.size());
}

void check_gradients(const Network& net, const Phase& data, const Phase& chain, double margin) {
  const Pattern& links = net.graph().csr().by_target;
  const auto weight = values_of(net, net.gradient("weight"), links.edges());
  const auto bias = values_of(net, net.gradient("bias"), kVisible + kHidden);
  for (std::int32_t j = 0; j < kHidden; ++j) {
    for (int e = links.row_begin[kVisible + j]; e < links.row_begin[kVisible + j + 1]; ++e) {
      const double expected =
          product(chain, links.column[e], j) - product(data, links.column[e], j);
      CHECK(weight[e] == Approx(expected).margin(margin));
    }
    CHECK(bias[kVisible + j] == Approx(mean(chain.h, j) - mean(data.h, j)).margin(margin));
  }
  for (std::int32_t i = 0; i < kVisible; ++i) {
    CHECK(bias[i] == Approx(mean(chain.v, i) - mean(data.v, i)).margin(margin));
  }
}

double mean_square(const Rows& a, const Rows& b) {
  double sum = 0;
  for (std::size_t s = 0; s < a.size(); ++s) {
    for (std::size_t i = 0; i < a[s].size(); ++i) sum += std::pow(a[s][i] - b[s][i], 2);
  }
  return sum / static_cast<double>(a.size() * a[0].size());
}

std::vector<std::vector<double>> trained(const RbmConfig& config, std::int64_t samples) {
  const auto net = rbm_net(70, 50, 900, DType::f32);
  Rbm rbm(net, config);
  const Pictures data(samples, 70);
  rbm.train(data.matrix(), data.order, 0.1);
  rbm.rewire({0.3, 900, 0.05, 1});
  rbm.train(data.matrix(), data.order, 0.1);
  return all_state(*net);
}

}  // namespace

TEST_CASE("contrastive divergence is that of a dense machine with the same draws", "[rbm]") {
  for (const DType dtype : tested_dtypes()) {
    for (int options = 0; options < 8; ++options) {
      for (const std::int32_t batch : {1, 10, 37}) {
        const std::int32_t gibbs = options % 3 + 1;
        INFO(name_of(dtype) << " options " << options << " batch " << batch);
        const auto net = rbm_net(kVisible, kHidden, kLinks, dtype);
        Rbm rbm(net, config_of(batch, gibbs, options));
        const Pictures data(batch, kVisible);
        const DenseRbm dense(*net);
        Phase real{rows_of(data), {}};
        real.h = dense.sampled(dense.hidden_given(real.v), kVisible, rbm.draw_of_step(0, false));
        const Rows start = rbm.config().persistent ? chains_of(rbm) : real.h;
        const Phase chain = oracle_chains(dense, rbm, start);
        const RbmRecord record = rbm.gradients(data.matrix(), data.order);
        check_gradients(*net, real, chain, dtype == DType::f32 ? 1e-6 : 1e-14);
        CHECK(record.error ==
              Approx(mean_square(real.v, dense.visible_given(real.h))).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("persistent chains go on from where they stood", "[rbm]") {
  if (!has_double()) return;
  const auto net = rbm_net(kVisible, kHidden, kLinks, DType::f64);
  Rbm rbm(net, config_of(12, 2, 1));
  const Pictures data(5, kVisible);  // fewer than there are chains
  const DenseRbm dense(*net);
  for (int step = 0; step < 3; ++step) {
    const Phase expected = oracle_chains(dense, rbm, chains_of(rbm));
    rbm.gradients(data.matrix(), data.order);
    CHECK(chains_of(rbm) == expected.h);
    ++net->steps;
  }
}

TEST_CASE("a step moves weights by rate, velocity and decay", "[rbm]") {
  if (!has_double()) return;
  RbmConfig config = config_of(8, 1, 2);
  config.optimizer.momentum = 0.5;
  config.optimizer.weight_decay = 0.01;
  config.optimizer.decay = DecayKind::direct;
  const auto net = rbm_net(kVisible, kHidden, kLinks, DType::f64);
  const Pictures data(8, kVisible);
  Rbm rbm(net, config);
  std::vector<double> velocity(kLinks, 0.0);
  for (int step = 0; step < 2; ++step) {
    auto expected = values_of(*net, net->state().buffer("weight"), kLinks);
    rbm.train(data.matrix(), data.order, 0.2);
    const auto gradient = values_of(*net, net->gradient("weight"), kLinks);
    const auto weight = values_of(*net, net->state().buffer("weight"), kLinks);
    for (std::size_t e = 0; e < weight.size(); ++e) {
      velocity[e] = 0.5 * velocity[e] - 0.2 * gradient[e];
      CHECK(weight[e] == Approx(expected[e] + velocity[e] - 0.01f * expected[e]).epsilon(1e-6));
    }
  }
  CHECK(net->steps == 2);
}

TEST_CASE("conditional probabilities and reconstructions are those of the dense machine", "[rbm]") {
  if (!has_double()) return;
  const auto net = rbm_net(kVisible, kHidden, kLinks, DType::f64);
  Rbm rbm(net, config_of(10, 1, 0));
  const Pictures data(70, kVisible);  // more than are looked at together
  const DenseRbm dense(*net);
  const Rows h = dense.hidden_given(rows_of(data)), v = dense.visible_given(h);
  std::vector<double> hidden(70 * kHidden), visible(70 * kVisible);
  rbm.hidden_probabilities(data.matrix(), data.order, hidden.data());
  rbm.reconstruct(data.matrix(), data.order, visible.data());
  for (std::size_t b = 0; b < 70; ++b) {
    for (std::size_t j = 0; j < kHidden; ++j) CHECK(hidden[b * kHidden + j] == Approx(h[b][j]));
    for (std::size_t i = 0; i < kVisible; ++i) CHECK(visible[b * kVisible + i] == Approx(v[b][i]));
  }
  const double error = mean_square(rows_of(data), v);
  const auto matrix = data.matrix();
  CHECK(rbm.reconstruction_error(matrix, data.order, HiddenUse::probability, 0) == Approx(error));
  CHECK(rbm.reconstruction_error(matrix, data.order, HiddenUse::sample, 0) > error);
}

TEST_CASE("units are drawn as often as they are likely", "[rbm]") {
  const auto net = rbm_net(2000, 3, 10, DType::f32);
  const RbmLayers layers(net);
  for (const double p : {0.0, 0.25, 0.9, 1.0}) {
    Panel units = layers.make_panel(50);
    const std::vector<double> same(2000, p);
    scale_rows(units, layers.visible(), 0.0, same);
    sample_units(units, layers.visible(), {1, 2});
    std::vector<double> counts(50, 0.0);
    add_over_rows(units, layers.visible(), counts, [](std::int32_t, double on) { return on; });
    const double share = std::accumulate(counts.begin(), counts.end(), 0.0) / 100000;
    CHECK(share == Approx(p).margin(p > 0 && p < 1 ? 0.006 : 0.0));  // four deviations
  }
}

TEST_CASE("a rewiring keeps the number of links and what the others hold", "[rbm]") {
  const auto net = rbm_net(40, 20, 240, DType::f32);
  RbmConfig config = config_of(10, 1, 0);
  config.optimizer.momentum = 0.9;
  Rbm rbm(net, config);
  const Pictures data(30, 40);
  rbm.train(data.matrix(), data.order, 0.1);
  const auto before = all_state(*net);
  const Remap remap = rbm.rewire({0.3, 240, 0.05, 7});
  const auto after = all_state(*net);
  const Pattern& links = net->graph().csr().by_target;
  CHECK(links.edges() == 240);
  std::set<std::pair<int, int>> ends;
  for (int r = 0; r < links.rows(); ++r) {
    for (int e = links.row_begin[r]; e < links.row_begin[r + 1]; ++e) {
      ends.insert({links.column[e], r});
    }
  }
  CHECK(ends.size() == 240);
  double square = 0, count = 0;
  const auto& entries = net->state().entries();
  for (std::size_t e = 0; e < remap.edge.size(); ++e) {
    const std::int32_t old = remap.edge[e];
    for (std::size_t k = 0; k < entries.size(); ++k) {
      if (entries[k].domain != Domain::edge) continue;
      const bool weight = entries[k].name == "weight";
      if (old != kNew) CHECK(after[k][e] == before[k][static_cast<std::size_t>(old)]);
      if (old == kNew && !weight) CHECK(after[k][e] == 0);
      if (old == kNew && weight) square += after[k][e] * after[k][e], ++count;
    }
  }
  CHECK(count >= 70);  // floor(0.3 P) + floor(0.3 Q) of 240
  CHECK(count <= 72);
  CHECK(std::sqrt(square / count) == Approx(0.05).epsilon(0.35));
}

TEST_CASE("a removal without regrowth, and growth back to the number", "[rbm]") {
  const auto net = rbm_net(40, 20, 240, DType::f32);
  Rbm rbm(net, config_of(10, 1, 0));
  rbm.rewire({0.3, 0, 0.05, 1});
  const std::int32_t left = net->graph().csr().edges();
  CHECK(left >= 168);
  CHECK(left <= 170);
  rbm.rewire({0.0, 240, 0.05, 2});
  CHECK(net->graph().csr().edges() == 240);
  rbm.rewire({0.5, 800, 0.05, 3});  // all cells
  CHECK(net->graph().csr().edges() == 800);
  const auto before = all_state(*net);
  CHECK_THROWS_AS(rbm.rewire({0.5, 801, 0.05, 4}), std::invalid_argument);
  CHECK_THROWS_AS(rbm.rewire({1.5, 800, 0.05, 4}), std::invalid_argument);
  CHECK(all_state(*net) == before);
}

TEST_CASE("training has the same bits for any number of threads", "[rbm]") {
  for (const int options : {0, 5}) {
    require_same_bits([&] {
      std::vector<char> bytes;
      for (const auto& values : trained(config_of(100, 2, options), 300)) {
        const auto* begin = reinterpret_cast<const char*>(values.data());
        bytes.insert(bytes.end(), begin, begin + values.size() * sizeof(double));
      }
      return bytes;
    });
  }
}

TEST_CASE("a machine says what is wrong", "[rbm]") {
  const auto net = rbm_net(kVisible, kHidden, kLinks, DType::f32);
  CHECK(error_of([&] { Rbm(net, config_of(0, 1, 0)); }) ==
        "invalid_argument: [Rbm] got batch 0, expected 1 to 1048576");
  CHECK(error_of([&] { Rbm(net, config_of(10, 0, 0)); }) ==
        "invalid_argument: [Rbm] got 0 sweeps, expected at least 1");
  CHECK(error_of([&] { Rbm(layered_net({}), config_of(10, 1, 0)); }) ==
        "invalid_argument: [Rbm] got a network of 4 levels, expected 2: visible and hidden units");
  Graph pair = layered_graph({3, 2}, {erdos_renyi(3, 2, 4, Rng(1))});
  const auto srelu = std::make_shared<Network>(
      test_backend(), std::move(pair),
      NetworkConfig{DType::f32, HiddenActivation::srelu, ActivationKind::identity, 0.1});
  CHECK(error_of([&] { Rbm(srelu, config_of(10, 1, 0)); }) ==
        "invalid_argument: [Rbm] got a network whose units have srelu's parameters, expected "
        "another activation");
  const auto by_adam = rbm_net(kVisible, kHidden, kLinks, DType::f32);
  TrainerConfig adam;
  adam.optimizer.kind = OptimizerKind::adam;
  Trainer(by_adam, adam);
  CHECK(error_of([&] { Rbm(by_adam, config_of(10, 1, 0)); }) ==
        "invalid_argument: [Rbm] got a network with the moments of adam, expected one trained by "
        "sgd or nesterov");
  Rbm rbm(net, config_of(10, 1, 0));
  const Pictures wide(3, kVisible + 1);
  Pictures broken(3, kVisible);
  CHECK(error_of([&] { rbm.train(wide.matrix(), wide.order, 0.1); }) ==
        "invalid_argument: [Rbm] got 10 features, expected 9");
  broken.x[4] = std::nan("");
  const auto before = all_state(*net);
  CHECK(error_of([&] {
          rbm.train(broken.matrix(), broken.order, 0.1);
        }).rfind("runtime_error", 0) == 0);
  CHECK(all_state(*net) == before);
  CHECK_THROWS_AS(rbm.read_chains(nullptr), std::invalid_argument);
}

TEST_CASE("a machine is not used after its network got other units", "[rbm]") {
  const Pictures data(3, kVisible);
  for (const NodeSpec node : {NodeSpec{1, 1, false}, NodeSpec{2, 2, false}}) {
    const auto net = rbm_net(kVisible, kHidden, kLinks, DType::f32);
    Rbm rbm(net, config_of(10, 1, 0));
    Mutation mutation;
    mutation.new_nodes = {node};
    net->grow(mutation, {});
    const std::string expected = "invalid_argument: [Rbm] got a network ";
    CHECK(error_of([&] { log_partition_exact(rbm.layers()); }).rfind(expected, 0) == 0);
    CHECK(error_of([&] { rbm.train(data.matrix(), data.order, 0.1); }).rfind(expected, 0) == 0);
  }
}
