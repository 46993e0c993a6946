#include "sparsegrow/train/rbm.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/rng.h"

namespace sparsegrow {
namespace {

// First parts of the names of random streams.
constexpr std::uint64_t kSweep = 0x7377656570, kChainStart = 0x7374617274;

constexpr std::int32_t kProbeBatch = 64;  // samples that are looked at together outside training

void validate(const RbmConfig& config) {
  validate(config.optimizer);
  SG_REQUIRE(config.batch >= 1 && config.batch <= (1 << 20), "Rbm", "got batch ", config.batch,
             ", expected 1 to ", 1 << 20);
  SG_REQUIRE(config.gibbs >= 1, "Rbm", "got ", config.gibbs, " sweeps, expected at least 1");
  const OptimizerKind kind = config.optimizer.kind;
  SG_REQUIRE(kind == OptimizerKind::sgd || kind == OptimizerKind::nesterov, "Rbm", "got optimizer ",
             static_cast<std::int32_t>(kind), ", expected sgd or nesterov");
}

// Units have biases and nothing else that is learned, and moments are velocities.
void require_plain_state(const Network& net) {
  SG_REQUIRE(net.config().hidden != HiddenActivation::srelu, "Rbm",
             "got a network whose units have srelu's parameters, expected another activation");
  SG_REQUIRE(!net.state().has("weight.v"), "Rbm",
             "got a network with the moments of adam, expected one trained by sgd or nesterov");
}

}  // namespace

Rbm::Rbm(std::shared_ptr<Network> network, RbmConfig config)
    : layers_(std::move(network)), config_(config) {
  validate(config_);
  Network& net = layers_.network();
  require_plain_state(net);
  for (const auto& name : net.parameter_names()) {
    const std::string velocity = name + ".m";
    if (!net.state().has(velocity)) net.state().add(velocity, net.state().entry(name).domain);
  }
  data_ = layers_.make_panel(config_.batch);
  chain_ = layers_.make_panel(config_.batch);
  probe_ = layers_.make_panel(std::max(config_.batch, kProbeBatch));
  if (config_.persistent) start_chains();
}

void Rbm::start_chains() {
  const std::vector<double> half(static_cast<std::size_t>(layers_.hidden().count), 0.5);
  scale_rows(chain_, layers_.hidden(), 0.0, half);
  sample_units(chain_, layers_.hidden(), {config_.seed, stream_id(kChainStart)});
}

void Rbm::load(const SampleMatrix& x, Span<const std::int64_t> chosen, Panel& panel) const {
  SG_REQUIRE(x.features == layers_.visible().count, "Rbm", "got ", x.features,
             " features, expected ", layers_.visible().count);
  SG_REQUIRE(static_cast<std::int64_t>(chosen.size()) <= panel.capacity(), "Rbm", "got a batch of ",
             chosen.size(), ", expected at most ", panel.capacity());
  panel.set_batch(static_cast<std::int32_t>(chosen.size()));
  layers_.network().backend().pack(x, chosen, 0, panel);
}

DrawStream Rbm::draw_of_step(std::int64_t sweep, bool visible) const {
  const auto step = static_cast<std::uint64_t>(layers_.network().steps);
  const auto half = 2 * static_cast<std::uint64_t>(sweep) + (visible ? 1 : 0);
  return {config_.seed, stream_id(kSweep, step, half)};
}

void Rbm::collect(const Panel& units, Buffer& weight, Buffer& bias) const {
  Backend& backend = layers_.network().backend();
  backend.sddmm(layers_.network().device(), units, units, weight);
  backend.row_sum(units, 0, bias);
}

void Rbm::positive_phase() {
  Network& net = layers_.network();
  const std::size_t bytes = net.gradient("weight").bytes();
  if (!data_weight_ || data_weight_->bytes() != bytes) data_weight_ = net.backend().allocate(bytes);
  if (!data_bias_) data_bias_ = net.backend().allocate(net.gradient("bias").bytes());
  layers_.infer_hidden(data_);
  sample_units(data_, layers_.hidden(), draw_of_step(0, false));
  collect(data_, *data_weight_, *data_bias_);
}

// Leaves p(v|h) in the chains' visible rows; returns the error of the reconstruction of the data.
double Rbm::begin_sweep() {
  if (!config_.persistent) chain_.set_batch(data_.batch());
  if (config_.persistent) probe_.set_batch(data_.batch());
  Panel& first = config_.persistent ? probe_ : chain_;
  layers_.infer_visible(data_, first);
  const double sum = squared_difference(data_, first, layers_.visible());
  if (config_.persistent) layers_.infer_visible(chain_, chain_);
  return sum / (static_cast<double>(layers_.visible().count) * data_.batch());
}

void Rbm::negative_phase() {
  Network& net = layers_.network();
  Buffer &weight = net.gradient("weight"), &bias = net.gradient("bias");
  for (std::int32_t sweep = 1; sweep <= config_.gibbs; ++sweep) {
    const bool mean_field = config_.mean_field_last && sweep == config_.gibbs;
    if (sweep > 1) layers_.infer_visible(chain_, chain_);
    if (config_.sample_visible) {
      sample_units(chain_, layers_.visible(), draw_of_step(sweep, true));
    }
    layers_.infer_hidden(chain_);
    if (mean_field) {
      clear_padding(chain_, layers_.hidden());
      collect(chain_, weight, bias);
      net.backend().finish();
    }
    if (!mean_field || config_.persistent) {
      sample_units(chain_, layers_.hidden(), draw_of_step(sweep, false));
    }
  }
  if (!config_.mean_field_last) collect(chain_, weight, bias);
  net.backend().finish();
}

// The parameter's gradient, a sum over the chains, becomes their mean less that of the data.
void Rbm::subtract_data(const char* parameter, const Buffer& data) const {
  Network& net = layers_.network();
  const std::int64_t count = net.state().count(net.state().entry(parameter));
  const double chains = 1.0 / chain_.batch(), samples = 1.0 / data_.batch();
  Buffer& gradient = net.gradient(parameter);
  const auto subtract = [&](auto* sum, const auto* known) {
    using Real = std::remove_reference_t<decltype(*sum)>;
    const auto ours = static_cast<Real>(chains), theirs = static_cast<Real>(samples);
    for (std::int64_t i = 0; i < count; ++i) sum[i] = ours * sum[i] - theirs * known[i];
  };
  if (net.config().dtype == DType::f32) {
    subtract(gradient.as<float>(), data.as<float>());
  } else {
    subtract(gradient.as<double>(), data.as<double>());
  }
}

RbmRecord Rbm::gradients(const SampleMatrix& x, Span<const std::int64_t> chosen) {
  SG_REQUIRE(!chosen.empty(), "Rbm.gradients", "got no samples, expected at least one");
  load(x, chosen, data_);
  positive_phase();
  const double error = begin_sweep();
  negative_phase();
  subtract_data("weight", *data_weight_);
  subtract_data("bias", *data_bias_);
  return {static_cast<std::int64_t>(chosen.size()), error};
}

void Rbm::update(double rate) {
  Network& net = layers_.network();
  StateTable& state = net.state();
  for (const auto& name : net.parameter_names()) {
    const StateEntry& parameter = state.entry(name);
    net.backend().adam(step_params(config_.optimizer, rate, net.steps, true), net.config().dtype,
                       state.count(parameter), *parameter.buffer, net.gradient(name),
                       &state.buffer(name + ".m"), nullptr);
  }
  net.backend().finish();
}

RbmRecord Rbm::train(const SampleMatrix& x, Span<const std::int64_t> order, double rate) {
  SG_REQUIRE(rate >= 0 && std::isfinite(rate), "Rbm.train", "got rate ", rate,
             ", expected 0 or more");
  RbmRecord total;
  double sum = 0;
  const auto batch = static_cast<std::size_t>(config_.batch);
  for (std::size_t begin = 0; begin < order.size(); begin += batch) {
    const std::size_t size = std::min(batch, order.size() - begin);
    const RbmRecord record = gradients(x, {order.data() + begin, size});
    if (!std::isfinite(record.error)) {
      throw_runtime("Rbm.train", concat("the reconstruction error is ", record.error, " at step ",
                                        layers_.network().steps,
                                        ": the data hold NaN or the training has diverged; the "
                                        "weights are as they were before this step"));
    }
    update(rate);
    ++layers_.network().steps;
    total.samples += record.samples;
    sum += record.error * static_cast<double>(record.samples);
  }
  if (total.samples > 0) total.error = sum / static_cast<double>(total.samples);
  return total;
}

}  // namespace sparsegrow
