// Training on a device that puts work off: the same bits as at once, and one wait for each step.
#include <set>

#include "catch.h"
#include "cpu/cpu_backend.h"
#include "grow_cases.h"
#include "lazy_backend.h"
#include "network_cases.h"

namespace sparsegrow::test {
namespace {

struct Grown {
  std::string bits;
  std::vector<double> losses, memory;
  std::set<MutationKind> kinds;
};

// Rounds of training and growth; in the last, what was grown is rolled back and grown once more.
Grown grow_on(std::shared_ptr<Backend> backend) {
  const auto net = embryo(DType::f32, 3, std::move(backend));
  CharTrainer trainer(net, short_text(), small_steps());
  Rng rng(3, 80);
  Grown result;
  const auto round = [&](bool prune) {
    result.losses.push_back(trainer.train(4, 1.0).loss);
    const auto proposals = random_proposals(trainer, rng, prune);
    for (const Proposal& p : proposals) result.kinds.insert(p.kind);
    trainer.grow(proposals);
    result.losses.push_back(evaluate(*net, short_text(), 0, 40).bits);
  };
  for (int k = 0; k < 3; ++k) round(k == 1);
  const auto saved = net->snapshot();
  round(true);
  net->rollback(saved);
  round(true);
  result.losses.push_back(trainer.train(4, 1.0).loss);
  result.memory = trainer.memory();
  result.bits = bits_of(*net);
  return result;
}

TEST_CASE("growth with every mutation and a rollback has the same bits on a lazy device") {
  const Grown at_once = grow_on(make_cpu_backend());
  const Grown later = grow_on(std::make_shared<LazyBackend>(make_cpu_backend()));
  REQUIRE(at_once.kinds.size() == 6);
  REQUIRE(later.losses == at_once.losses);
  REQUIRE(later.memory == at_once.memory);
  REQUIRE(later.bits == at_once.bits);
}

TEST_CASE("a text read piece by piece has the same chances on a lazy device") {
  const auto chances = [](std::shared_ptr<Backend> backend) {
    const auto net = embryo(DType::f32, 5, std::move(backend));
    net->grow({{MutationKind::activate_memory, 70, 0, 1, 0}}, {});
    CharStream stream(net);
    stream.feed({short_text().data(), 30});
    return stream.feed({short_text().data() + 30, 7});
  };
  REQUIRE(chances(std::make_shared<LazyBackend>(make_cpu_backend())) ==
          chances(make_cpu_backend()));
}

struct Fit {
  std::vector<std::vector<double>> state;
  std::vector<double> outputs;
  double loss;
};

Fit fit_on(std::shared_ptr<Backend> backend, LossKind loss) {
  const NetworkConfig config{DType::f32, HiddenActivation::srelu, ActivationKind::identity, 0.1};
  const auto net = layered_net(config, std::move(backend));
  TrainerConfig how;
  how.loss = loss;
  how.optimizer.kind = OptimizerKind::adam;
  how.dropout = 0.2;
  how.batch = 8;
  Trainer trainer(net, how);
  const Data data(44, 7, 4, 9);
  for (int epoch = 0; epoch < 3; ++epoch) {
    trainer.train(data.matrix(), data.targets(), data.order);
  }
  return {all_state(*net), outputs_of(trainer, data),
          trainer.evaluate(data.matrix(), data.targets(), data.order).loss};
}

TEST_CASE("a layered network has the same bits on a lazy device") {
  for (const LossKind loss : {LossKind::cross_entropy, LossKind::mse}) {
    const Fit at_once = fit_on(make_cpu_backend(), loss);
    const Fit later = fit_on(std::make_shared<LazyBackend>(make_cpu_backend()), loss);
    REQUIRE(later.state == at_once.state);
    REQUIRE(later.outputs == at_once.outputs);
    REQUIRE(later.loss == at_once.loss);
  }
}

TEST_CASE("a training step waits once") {
  const auto lazy = std::make_shared<LazyBackend>(make_cpu_backend());
  const auto net = embryo(DType::f32, 0, lazy);
  CharTrainer characters(net, short_text(), small_steps());
  net->grow({{MutationKind::activate_memory, 70, 0, 1, 0}}, {});
  characters.train(1, 1.0);
  std::int64_t before = lazy->waits();
  characters.train(10, 1.0);
  REQUIRE(lazy->waits() - before == 11);  // the last is for what the call ends with
  Trainer layers(layered_net({}, lazy), {});
  const Data data(300, 7, 4, 9);
  before = lazy->waits();
  layers.train(data.matrix(), data.targets(), data.order);
  REQUIRE(lazy->waits() - before == 4);  // three batches
}

}  // namespace
}  // namespace sparsegrow::test
