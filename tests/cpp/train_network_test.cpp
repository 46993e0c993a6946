// Growth, snapshots and rollback of whole networks.
#include "cpu/cpu_backend.h"
#include "errors.h"
#include "lazy_backend.h"
#include "network_cases.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

TrainerConfig adam_config() {
  TrainerConfig config;
  config.optimizer.kind = OptimizerKind::adam;
  config.schedule.base = 0.01;
  config.batch = 16;
  return config;
}

std::vector<std::vector<double>> all_gradients(const Network& net) {
  std::vector<std::vector<double>> all;
  for (const auto& name : net.parameter_names()) {
    const Buffer& buffer = net.gradient(name);
    const auto bytes = static_cast<std::int64_t>(buffer.bytes());
    all.push_back(
        values_of(net, buffer, bytes / static_cast<std::int64_t>(size_of(net.config().dtype))));
  }
  return all;
}

const NetworkConfig kSreluConfig{DType::f32, HiddenActivation::srelu, ActivationKind::identity,
                                 0.1};

}  // namespace

TEST_CASE("parameters count edges, biases and SReLU numbers", "[train]") {
  const auto net = layered_net(kSreluConfig);
  CHECK(net->parameters() == 60 + 9 + 6 + 4 + 4 * 15);
  CHECK(net->inputs() == 7);
  CHECK(net->outputs() == 4);
  CHECK(net->first_output() == 22);
  CHECK(net->bytes() > net->graph().csr().bytes());
}

TEST_CASE("edges that start at zero leave the function as it was", "[train]") {
  const auto net = skip_net(kSreluConfig);
  Trainer trainer(net, adam_config());
  const Data data(20, 4, 2, 3);
  trainer.train(data.matrix(), data.targets(), data.order);
  const auto before = outputs_of(trainer, data);
  Mutation mutation;
  mutation.added_edges = {{1, 9}, {4, 8}, {2, 10}};
  const Remap remap = net->grow(mutation, {});
  CHECK(remap.added.size() == 3);
  const auto after = outputs_of(trainer, data);
  const auto* bits = reinterpret_cast<const float*>(after.data());
  const auto* old_bits = reinterpret_cast<const float*>(before.data());
  for (std::size_t i = 0; i < 40; ++i) CHECK(bits[i] == Approx(old_bits[i]).margin(1e-6));
}

TEST_CASE("growth carries every weight and moment, and starts new ones as told", "[train]") {
  const auto net = skip_net(kSreluConfig);
  Trainer trainer(net, adam_config());
  const Data data(20, 4, 2, 3);
  trainer.train(data.matrix(), data.targets(), data.order);
  const auto before = all_state(*net);
  Mutation mutation;
  mutation.new_nodes = {{1, 1, false}};
  mutation.added_edges = {{0, 11}, {11, 9}};
  mutation.removed_positions = {2};
  const std::vector<double> weights{0.5, -0.25};
  const Remap remap = net->grow(mutation, weights);
  const auto after = all_state(*net);
  const auto& entries = net->state().entries();
  for (std::size_t k = 0; k < entries.size(); ++k) {
    const auto& map = entries[k].domain == Domain::edge ? remap.edge : remap.row;
    for (std::size_t i = 0; i < map.size(); ++i) {
      if (map[i] != kNew) CHECK(after[k][i] == before[k][static_cast<std::size_t>(map[i])]);
    }
  }
  CHECK(after[0][static_cast<std::size_t>(remap.added[0])] == 0.5);
  CHECK(after[0][static_cast<std::size_t>(remap.added[1])] == -0.25);
  trainer.train(data.matrix(), data.targets(), data.order);
}

TEST_CASE("a growth that fails changes nothing", "[train]") {
  const auto net = skip_net(kSreluConfig);
  Trainer trainer(net, adam_config());
  const Data data(20, 4, 2, 3);
  trainer.train(data.matrix(), data.targets(), data.order);
  const auto before = all_state(*net);
  const auto outputs = outputs_of(trainer, data);
  Mutation cycle, duplicate, above_outputs, bad_weights;
  cycle.added_edges = {{8, 4}};
  duplicate.added_edges = {{0, 4}};
  above_outputs.new_nodes = {{2, 1, false}};
  above_outputs.added_edges = {{9, 11}};
  bad_weights.added_edges = {{1, 9}};
  CHECK_THROWS_AS(net->grow(cycle, {}), std::invalid_argument);
  CHECK_THROWS_AS(net->grow(duplicate, {}), std::invalid_argument);
  CHECK_THROWS_AS(net->grow(above_outputs, {}), std::invalid_argument);
  const std::vector<double> two{1, 2};
  CHECK_THROWS_AS(net->grow(bad_weights, two), std::invalid_argument);
  CHECK(all_state(*net) == before);
  CHECK(outputs_of(trainer, data) == outputs);
  CHECK_FALSE(net->graph().has_edits());
}

// Runs the change with room for one array more each time, until it fits; checks that it changes
// nothing before.
template <class Change>
int failures_of(Network& net, LazyBackend& device, Change change) {
  const auto state = all_state(net), slopes = all_gradients(net);
  for (int room = 0;; ++room) {
    device.leave_room(room);
    try {
      change();
      device.leave_room(INT64_MAX);
      return room;
    } catch (const std::bad_alloc&) {
      REQUIRE(all_state(net) == state);
      REQUIRE(all_gradients(net) == slopes);
    }
  }
}

TEST_CASE("memory that ends amid a change leaves the network as it was", "[train]") {
  const auto device = std::make_shared<LazyBackend>(make_cpu_backend());
  const auto net = layered_net(kSreluConfig, device);
  Trainer trainer(net, adam_config());
  const Data data(20, 7, 4, 3);
  trainer.train(data.matrix(), data.targets(), data.order);
  const auto saved = net->snapshot();
  Mutation mutation;
  mutation.new_nodes = {{1, 1, false}};
  CHECK(failures_of(*net, *device, [&] { net->grow(mutation, {}); }) == 12);  // 9 states, 3 slopes
  trainer.train(data.matrix(), data.targets(), data.order);
  CHECK(failures_of(*net, *device, [&] { net->rollback(saved); }) == 12);
  trainer.train(data.matrix(), data.targets(), data.order);
}

TEST_CASE("a growth that is refused keeps the gradients", "[train]") {
  const auto net = skip_net(kSreluConfig);
  Trainer trainer(net, adam_config());
  const Data data(20, 4, 2, 3);
  trainer.gradients(data.matrix(), data.targets(), data.order, false);
  const auto slopes = all_gradients(*net);
  Mutation duplicate;
  duplicate.added_edges = {{0, 4}};
  CHECK_THROWS_AS(net->grow(duplicate, {}), std::invalid_argument);
  CHECK(all_gradients(*net) == slopes);
}

TEST_CASE("moments that a snapshot does not have start anew", "[train]") {
  const auto net = skip_net(kSreluConfig);
  const auto saved = net->snapshot();
  const Data data(20, 4, 2, 3);
  Trainer trainer(net, adam_config());
  trainer.train(data.matrix(), data.targets(), data.order);
  const auto trained = all_state(*net);
  net->rollback(saved);
  trainer.train(data.matrix(), data.targets(), data.order);
  CHECK(all_state(*net) == trained);
}

TEST_CASE("a snapshot of another kind of network is refused", "[train]") {
  const auto net = skip_net({DType::f32, HiddenActivation::tanh, ActivationKind::identity, 0.1});
  const auto state = all_state(*net);
  const auto refusal = [&](Network& other) {
    return error_of([&] { net->rollback(other.snapshot()); });
  };
  CHECK(refusal(*skip_net(kSreluConfig)) ==
        "invalid_argument: [StateTable.restore] got a snapshot with 'srelu', which this table does "
        "not have or has in another shape");
  if (test_backend()->supports(DType::f64)) {
    const auto wide = skip_net({DType::f64, HiddenActivation::tanh, ActivationKind::identity, 0.1});
    CHECK(refusal(*wide) ==
          "invalid_argument: [StateTable.restore] got a snapshot of f64, expected f32");
  }
  CHECK(all_state(*net) == state);
}

TEST_CASE("rollback restores the exact bits after growth and training", "[train]") {
  const auto net = skip_net(kSreluConfig);
  Trainer trainer(net, adam_config());
  const Data data(40, 4, 2, 3);
  trainer.train(data.matrix(), data.targets(), data.order);
  const auto saved = net->snapshot();
  const auto state = all_state(*net);
  trainer.train(data.matrix(), data.targets(), data.order);
  const auto continued = all_state(*net);
  net->rollback(saved);
  CHECK(all_state(*net) == state);
  Mutation mutation;
  mutation.new_nodes = {{2, 1, false}};
  mutation.added_edges = {{2, 11}, {11, 10}};
  net->grow(mutation, {});
  trainer.train(data.matrix(), data.targets(), data.order);
  net->rollback(saved);
  CHECK(all_state(*net) == state);
  CHECK(net->graph().csr().edges() == 16);
  trainer.train(data.matrix(), data.targets(), data.order);
  CHECK(all_state(*net) == continued);
}

TEST_CASE("a graph whose outputs are not the top level is refused", "[train]") {
  Graph graph;
  graph.add_node({0, 0, true});
  graph.add_node({1, 1, false});
  graph.add_node({2, 1, false});
  graph.add_edge({0, 1});
  graph.add_edge({0, 2});
  graph.commit();
  CHECK_THROWS_AS(Network(test_backend(), std::move(graph), kSreluConfig), std::invalid_argument);
}
