#include <limits>

#include "cpu/cpu_backend.h"
#include "errors.h"
#include "lazy_backend.h"
#include "network_cases.h"
#include "sparsegrow/base/parallel.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

const NetworkConfig kConfig{DType::f32, HiddenActivation::relu, ActivationKind::identity, 0.1};

std::vector<std::vector<double>> trained_state(OptimizerKind kind, int threads, bool in_two_calls) {
  set_num_threads(threads);
  const auto net = layered_net(kConfig);
  TrainerConfig config;
  config.optimizer.kind = kind;
  config.dropout = 0.2;
  config.batch = 8;
  Trainer trainer(net, config);
  const Data data(48, 7, 4, 9);
  const Span<const std::int64_t> order(data.order);
  const std::size_t first = in_two_calls ? 24 : 48;
  trainer.train(data.matrix(), data.targets(), {order.data(), first});
  trainer.train(data.matrix(), data.targets(), {order.data() + first, 48 - first});
  set_num_threads(1);
  CHECK(net->steps == 6);
  return all_state(*net);
}

}  // namespace

TEST_CASE("training gives the same bits for any threads and any cut into calls", "[train]") {
  for (const auto kind : {OptimizerKind::sgd, OptimizerKind::nesterov, OptimizerKind::adam}) {
    const auto reference = trained_state(kind, 1, false);
    CHECK(trained_state(kind, 2, false) == reference);
    CHECK(trained_state(kind, 5, true) == reference);
  }
}

TEST_CASE("training lowers the loss", "[train]") {
  for (const LossKind loss : {LossKind::cross_entropy, LossKind::mse}) {
    const auto net = layered_net(kConfig);
    TrainerConfig config;
    config.loss = loss;
    config.schedule.base = 0.05;
    config.batch = 10;
    Trainer trainer(net, config);
    const Data data(30, 7, 4, 9);
    const double before = trainer.evaluate(data.matrix(), data.targets(), data.order).loss;
    for (int epoch = 0; epoch < 200; ++epoch) {
      trainer.train(data.matrix(), data.targets(), data.order);
    }
    const auto after = trainer.evaluate(data.matrix(), data.targets(), data.order);
    CHECK(after.loss < 0.6 * before);
    CHECK(after.samples == 30);
  }
}

TEST_CASE("a loss that is not finite stops before the update", "[train]") {
  const auto net = layered_net(kConfig);
  Trainer trainer(net, {});
  Data data(10, 7, 4, 9);
  trainer.train(data.matrix(), data.targets(), data.order);
  const auto before = all_state(*net);
  data.x[3] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(trainer.train(data.matrix(), data.targets(), data.order), std::runtime_error);
  CHECK(all_state(*net) == before);
  CHECK(net->steps == 1);
}

TEST_CASE("memory that ends amid a large batch is lost on that batch alone", "[train]") {
  const Data data(40, 7, 4, 9);
  TrainerConfig few, many;
  few.batch = 8, many.batch = 40;
  few.loss = many.loss = LossKind::mse;
  for (int room = 0; room <= 7; ++room) {
    const auto device = std::make_shared<LazyBackend>(make_cpu_backend());
    const auto net = layered_net(kConfig, device);
    Trainer small(net, few), large(net, many);
    const auto expected = outputs_of(small, data);
    const bool failed =
        runs_out(*device, room, [&] { large.evaluate(data.matrix(), data.targets(), data.order); });
    CHECK(failed == (room < 7));  // three buffers, three panels and that of the targets
    CHECK(outputs_of(small, data) == expected);
  }
}

TEST_CASE("a trainer follows a network whose outputs grow", "[train]") {
  const auto net = layered_net(kConfig);
  TrainerConfig config;
  config.loss = LossKind::mse;
  Trainer trainer(net, config);
  const Data before(10, 7, 4, 9), after(10, 7, 5, 9);
  trainer.train(before.matrix(), before.targets(), before.order);
  Mutation mutation;
  mutation.new_nodes = {{3, 3, false}};
  net->grow(mutation, {});
  const StepRecord record = trainer.train(after.matrix(), after.targets(), after.order);
  CHECK(record.samples == 10);
  CHECK(outputs_of(trainer, after).size() == 50);
}

TEST_CASE("labels, indices and shapes that do not fit are refused", "[train]") {
  const auto net = layered_net(kConfig);
  Trainer trainer(net, {});
  Data data(10, 7, 4, 9);
  const Data narrow(10, 6, 4, 9), few(9, 7, 4, 9);
  CHECK_THROWS_AS(trainer.train(narrow.matrix(), data.targets(), data.order),
                  std::invalid_argument);
  CHECK_THROWS_AS(trainer.train(data.matrix(), few.targets(), data.order), std::invalid_argument);
  data.order[2] = 10;
  CHECK_THROWS_AS(trainer.train(data.matrix(), data.targets(), data.order), std::out_of_range);
  std::vector<double> out(40);
  CHECK_THROWS_AS(trainer.predict(data.matrix(), data.order, out.data()), std::out_of_range);
  data.order[2] = 2;
  data.labels[1] = 4;
  CHECK_THROWS_AS(trainer.train(data.matrix(), data.targets(), data.order), std::out_of_range);
  data.labels[1] = -1;
  CHECK_THROWS_AS(trainer.train(data.matrix(), data.targets(), data.order), std::out_of_range);
  TrainerConfig bad;
  bad.dropout = 1.0;
  CHECK_THROWS_AS(Trainer(net, bad), std::invalid_argument);
}

TEST_CASE("a trainer goes on from moments of its own kind alone", "[train]") {
  TrainerConfig config;
  const auto refusal = [&](const std::shared_ptr<Network>& net, OptimizerKind kind) {
    config.optimizer.kind = kind;
    return error_of([&] { Trainer(net, config); });
  };
  const auto net = layered_net({}), other = layered_net({});
  CHECK(refusal(net, OptimizerKind::adagrad) ==
        "invalid_argument: [Trainer] got adagrad, expected sgd, nesterov or adam");
  CHECK(refusal(net, OptimizerKind::sgd) == "nothing was thrown");
  CHECK(refusal(net, OptimizerKind::nesterov) == "nothing was thrown");
  CHECK(refusal(net, OptimizerKind::adam) ==
        "invalid_argument: [Trainer] got adam for a network with the moments of sgd or nesterov, "
        "expected the kind of optimizer that it was trained with");
  CHECK_FALSE(net->state().has("weight.v"));
  CHECK(refusal(other, OptimizerKind::adam) == "nothing was thrown");
  CHECK(refusal(other, OptimizerKind::adam) == "nothing was thrown");
  CHECK(refusal(other, OptimizerKind::sgd) ==
        "invalid_argument: [Trainer] got sgd or nesterov for a network with the moments of adam, "
        "expected the kind of optimizer that it was trained with");
}

TEST_CASE("the result of a sample does not depend on its place in the batch", "[train]") {
  for (const DType dtype : tested_dtypes()) {
    const auto net = layered_net({dtype, HiddenActivation::tanh, ActivationKind::identity, 0.1});
    const Data data(70, 7, 4, 9);
    TrainerConfig config;
    config.batch = 70;
    Trainer whole(net, config);
    const auto expected = outputs_of(whole, data);
    for (const std::int32_t batch : {2, 5, 9, 17, 33, 64}) {
      config.batch = batch;
      Trainer parts(net, config);
      CHECK(outputs_of(parts, data) == expected);
    }
  }
}
