#include "sparsegrow/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/base/rng.h"

namespace sparsegrow {
namespace {

Span<const std::int64_t> slice(Span<const std::int64_t> all, std::size_t begin,
                               std::size_t length) {
  return {all.data() + begin, std::min(length, all.size() - begin)};
}

void merge(StepRecord& total, const StepRecord& batch) {
  const std::int64_t samples = total.samples + batch.samples;
  const double sum = total.loss * static_cast<double>(total.samples) +
                     batch.loss * static_cast<double>(batch.samples);
  total.loss = samples == 0 ? 0.0 : sum / static_cast<double>(samples);
  total.samples = samples;
  total.correct += batch.correct;
  total.rate = batch.rate;
}

void require_samples(const SampleMatrix& x, Span<const std::int64_t> order) {
  for (const std::int64_t sample : order) {
    SG_REQUIRE_RANGE(sample >= 0 && sample < x.samples, "Trainer", "got sample index ", sample,
                     ", expected 0 to ", x.samples - 1);
  }
}

}  // namespace

Trainer::Trainer(std::shared_ptr<Network> network, TrainerConfig config)
    : network_(std::move(network)), config_(config) {
  validate(config_.optimizer);
  validate(config_.schedule);
  SG_REQUIRE(config_.dropout >= 0 && config_.dropout < 1, "Trainer", "got dropout ",
             config_.dropout, ", expected 0 <= dropout < 1");
  SG_REQUIRE(config_.batch >= 1 && config_.batch <= (1 << 20), "Trainer", "got batch ",
             config_.batch, ", expected 1 to ", 1 << 20);
  SG_REQUIRE(config_.optimizer.kind != OptimizerKind::adagrad, "Trainer",
             "got adagrad, expected sgd, nesterov or adam");
  require_own_moments();
  add_moments();
}

// Moments of another kind, and the steps that go with them, would be taken for what they are not.
void Trainer::require_own_moments() const {
  const bool adam = config_.optimizer.kind == OptimizerKind::adam;
  const StateTable& state = network_->state();
  const bool trained = state.has("weight.m"), by_adam = state.has("weight.v");
  SG_REQUIRE(!trained || adam == by_adam, "Trainer", "got ", adam ? "adam" : "sgd or nesterov",
             " for a network with the moments of ", by_adam ? "adam" : "sgd or nesterov",
             ", expected the kind of optimizer that it was trained with");
}

void Trainer::add_moments() {
  StateTable& state = network_->state();
  const bool adam = config_.optimizer.kind == OptimizerKind::adam;
  for (const auto& name : network_->parameter_names()) {
    const Domain domain = state.entry(name).domain;
    const std::int32_t components = state.entry(name).components;
    if (!state.has(name + ".m")) state.add(name + ".m", domain, components);
    if (adam && !state.has(name + ".v")) state.add(name + ".v", domain, components);
  }
}

void Trainer::require_targets(const SampleMatrix& x, const Targets& y,
                              Span<const std::int64_t> order) const {
  const bool labels = config_.loss == LossKind::cross_entropy;
  const auto given = labels ? static_cast<std::int64_t>(y.labels.size()) : y.values.samples;
  SG_REQUIRE(given == x.samples, "Trainer", "got targets for ", given, " samples, expected ",
             x.samples);
  SG_REQUIRE(labels || y.values.features == network_->outputs(), "Trainer", "got targets of ",
             y.values.features, " values, expected ", network_->outputs());
  require_samples(x, order);
}

void Trainer::require_room(std::int32_t batch) {
  if (batch <= room_) return;
  Backend& backend = network_->backend();
  const DType dtype = network_->config().dtype;
  const auto samples = static_cast<std::size_t>(batch);
  labels_ = backend.allocate(samples * sizeof(std::int32_t));
  correct_ = backend.allocate(samples * sizeof(std::int32_t));
  losses_ = backend.allocate(samples * size_of(dtype));
  room_ = batch;
}

void Trainer::load_labels(const Targets& y, Span<const std::int64_t> chosen) {
  const std::int64_t classes = network_->outputs();
  for (std::size_t b = 0; b < chosen.size(); ++b) {
    const std::int64_t label = y.labels[static_cast<std::size_t>(chosen[b])];
    SG_REQUIRE_RANGE(label >= 0 && label < classes, "Trainer", "sample ", chosen[b], " has label ",
                     label, ", expected 0 to ", classes - 1);
    labels_->as<std::int32_t>()[b] = static_cast<std::int32_t>(label);
  }
}

StepRecord Trainer::forward_loss(const SampleMatrix& x, const Targets& y,
                                 Span<const std::int64_t> chosen, const DropoutParams* drop) {
  Network& net = *network_;
  Backend& backend = net.backend();
  SG_REQUIRE(chosen.size() <= INT32_MAX, "Trainer", "got a batch of ", chosen.size(),
             " samples, expected at most ", INT32_MAX);
  const auto batch = static_cast<std::int32_t>(chosen.size());
  require_room(batch);
  const bool labels = config_.loss == LossKind::cross_entropy;
  if (labels) load_labels(y, chosen);
  net.pack_inputs(x, chosen);
  net.forward(drop);
  if (labels) {
    backend.softmax_xent(net.activations(), net.first_output(), net.outputs(), *labels_,
                         net.delta(), *losses_, *correct_);
  } else {
    targets_.reserve(backend, net.config().dtype, net.outputs(), batch);
    backend.pack(y.values, chosen, 0, targets_);
    backend.mse(net.activations(), net.first_output(), net.outputs(), targets_, net.delta(),
                *losses_);
  }
  backend.finish();
  StepRecord record;
  record.samples = batch;
  double sum = 0;
  for (std::int32_t b = 0; b < batch; ++b) {
    sum += load_element(*losses_, net.config().dtype, b);
    if (labels) record.correct += correct_->as<std::int32_t>()[b];
  }
  record.loss = batch == 0 ? 0.0 : sum / batch;
  return record;
}

DropoutParams Trainer::dropout_now() const {
  const std::uint64_t stream = stream_id(config_.seed, 0x64726f70);
  return {static_cast<float>(config_.dropout), static_cast<std::uint32_t>(stream),
          static_cast<std::uint32_t>(network_->steps)};
}

void Trainer::update(double rate) {
  Network& net = *network_;
  const auto& state = net.state();
  for (const auto& name : net.parameter_names()) {
    const StateEntry& parameter = state.entry(name);
    const auto params = step_params(config_.optimizer, rate, net.steps, name != "srelu");
    Buffer* v = state.has(name + ".v") ? &state.buffer(name + ".v") : nullptr;
    net.backend().adam(params, net.config().dtype, state.count(parameter), *parameter.buffer,
                       net.gradient(name), &state.buffer(name + ".m"), v);
  }
}

StepRecord Trainer::train(const SampleMatrix& x, const Targets& y, Span<const std::int64_t> order) {
  require_targets(x, y, order);
  StepRecord total;
  const auto batch = static_cast<std::size_t>(config_.batch);
  for (std::size_t begin = 0; begin < order.size(); begin += batch) {
    const DropoutParams drop = dropout_now();
    const DropoutParams* active = config_.dropout > 0 ? &drop : nullptr;
    StepRecord record = forward_loss(x, y, slice(order, begin, batch), active);
    if (!std::isfinite(record.loss)) {
      throw_runtime("Trainer.train",
                    concat("the loss is ", record.loss, " at step ", network_->steps,
                           ": the data hold NaN or the training has diverged; the "
                           "weights are as they were before this step"));
    }
    network_->backward(active);
    record.rate = rate_at(config_.schedule, network_->steps);
    update(record.rate);
    ++network_->steps;
    merge(total, record);
  }
  network_->backend().finish();
  return total;
}

StepRecord Trainer::evaluate(const SampleMatrix& x, const Targets& y,
                             Span<const std::int64_t> order) {
  require_targets(x, y, order);
  StepRecord total;
  const auto batch = static_cast<std::size_t>(config_.batch);
  for (std::size_t begin = 0; begin < order.size(); begin += batch) {
    merge(total, forward_loss(x, y, slice(order, begin, batch), nullptr));
  }
  return total;
}

StepRecord Trainer::gradients(const SampleMatrix& x, const Targets& y,
                              Span<const std::int64_t> chosen, bool input_gradient) {
  SG_REQUIRE(!chosen.empty(), "Trainer.gradients", "got no samples, expected at least one");
  require_targets(x, y, chosen);
  const StepRecord record = forward_loss(x, y, chosen, nullptr);
  network_->backward(nullptr, input_gradient);
  network_->backend().finish();
  return record;
}

void Trainer::predict(const SampleMatrix& x, Span<const std::int64_t> order, void* out) {
  require_samples(x, order);
  Network& net = *network_;
  const auto batch = static_cast<std::size_t>(config_.batch);
  const std::size_t row_bytes =
      static_cast<std::size_t>(net.outputs()) * size_of(net.config().dtype);
  for (std::size_t begin = 0; begin < order.size(); begin += batch) {
    net.pack_inputs(x, slice(order, begin, batch));
    net.forward();
    net.backend().unpack(net.activations(), net.first_output(), net.outputs(),
                         static_cast<char*>(out) + begin * row_bytes);
  }
  net.backend().finish();
}

}  // namespace sparsegrow
