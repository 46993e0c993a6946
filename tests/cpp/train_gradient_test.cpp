// Gradients of whole networks by central differences in double precision.
#include <cmath>

#include "catch.h"
#include "network_cases.h"
#include "reference/slope.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

double loss_at(Trainer& trainer, const Data& data) {
  return trainer.evaluate(data.matrix(), data.targets(), data.order).loss;
}

// Largest difference between the gradient and central differences, relative to the largest
// gradient.
double gradient_error(Trainer& trainer, const Data& data, const StateEntry& entry) {
  Network& net = trainer.network();
  trainer.gradients(data.matrix(), data.targets(), data.order, false);
  const std::int64_t count = net.state().count(entry);
  const auto exact = values_of(net, net.gradient(entry.name), count);
  double worst = 0, largest = 1e-3;
  for (std::int64_t i = 0; i < count; ++i) {
    const double numeric = reference::slope_in(entry.buffer->as<double>()[i], 1e-5,
                                               [&] { return loss_at(trainer, data); });
    largest = std::max(largest, std::abs(numeric));
    worst = std::max(worst, std::abs(numeric - exact[static_cast<std::size_t>(i)]));
  }
  return worst / largest;
}

void check_gradients(std::shared_ptr<Network> net, LossKind loss) {
  TrainerConfig config;
  config.loss = loss;
  config.batch = 64;
  Trainer trainer(net, config);
  const Data data(11, net->inputs(), net->outputs(), 77);
  for (const auto& name : net->parameter_names()) {
    CHECK(gradient_error(trainer, data, net->state().entry(name)) < 1e-6);
  }
}

}  // namespace

TEST_CASE("gradients of every activation with both losses", "[train]") {
  if (!has_double()) return;
  using H = HiddenActivation;
  for (const H hidden :
       {H::identity, H::relu, H::leaky_relu, H::tanh, H::sigmoid, H::srelu, H::all_relu}) {
    for (const LossKind loss : {LossKind::cross_entropy, LossKind::mse}) {
      CAPTURE(static_cast<int>(hidden), static_cast<int>(loss));
      NetworkConfig config{DType::f64, hidden, ActivationKind::identity, 0.3};
      check_gradients(layered_net(config), loss);
      check_gradients(skip_net(config), loss);
    }
  }
}

TEST_CASE("gradients through output activations", "[train]") {
  if (!has_double()) return;
  for (const auto output : {ActivationKind::tanh, ActivationKind::sigmoid}) {
    check_gradients(layered_net({DType::f64, HiddenActivation::tanh, output, 0.1}), LossKind::mse);
  }
}

TEST_CASE("the gradient of the inputs", "[train]") {
  if (!has_double()) return;
  auto net = layered_net({DType::f64, HiddenActivation::tanh, ActivationKind::identity, 0.1});
  Trainer trainer(net, {});
  Data data(3, 7, 4, 5);
  trainer.gradients(data.matrix(), data.targets(), data.order, true);
  std::vector<double> exact(3 * 7);
  net->backend().unpack(net->delta(), 0, 7, exact.data());
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double start = data.x[i];
    data.x[i] = start + 1e-5;
    const double above = loss_at(trainer, data);
    data.x[i] = start - 1e-5;
    const double below = loss_at(trainer, data);
    data.x[i] = start;
    CHECK(exact[i] == Approx((above - below) / 2e-5).margin(1e-8));
  }
}
