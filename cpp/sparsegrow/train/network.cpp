#include "sparsegrow/train/network.h"

#include <utility>

#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

ActivationKind kernel_kind(HiddenActivation hidden) {
  switch (hidden) {
    case HiddenActivation::identity:
      return ActivationKind::identity;
    case HiddenActivation::tanh:
      return ActivationKind::tanh;
    case HiddenActivation::sigmoid:
      return ActivationKind::sigmoid;
    case HiddenActivation::srelu:
      return ActivationKind::srelu;
    default:
      return ActivationKind::relu;
  }
}

std::int32_t inputs_of(const NodeTable& nodes) { return nodes.group_begin[1]; }

std::int32_t first_output_of(const NodeTable& nodes) {
  return nodes.group_begin[nodes.group_begin.size() - 2];
}

}  // namespace

Network::Network(std::shared_ptr<Backend> backend, Graph graph, NetworkConfig config)
    : backend_(std::move(backend)),
      graph_(std::move(graph)),
      config_(config),
      state_(backend_, config.dtype, graph_.csr().edges(), graph_.csr().targets()) {
  require_dtype("Network", *backend_, config_.dtype);
  require_layout(graph_);
  state_.add("weight", Domain::edge);
  state_.add("bias", Domain::row);
  parameter_names_ = {"weight", "bias"};
  if (config_.hidden == HiddenActivation::srelu) {
    state_.add("srelu", Domain::row, kSreluParameters);
    parameter_names_.push_back("srelu");
  }
  start_new_rows(state_,
                 std::vector<std::int32_t>(static_cast<std::size_t>(csr().targets()), kNew));
  view_ = view_of(graph_, state_);
}

// Levels are computed one after another, and gradients start at the outputs: both need the outputs
// on top.
void Network::require_layout(const Graph& graph) {
  const NodeTable& nodes = graph.nodes();
  SG_REQUIRE(nodes.groups() >= 2, "Network", "the graph has ", nodes.groups(),
             " groups, expected inputs first, outputs last");
  const std::int32_t top = graph.csr().target_plan.levels() - 1;
  for (std::int32_t row = 0; row < nodes.rows(); ++row) {
    const auto& spec =
        nodes.spec[static_cast<std::size_t>(nodes.node[static_cast<std::size_t>(row)])];
    const bool input = row < inputs_of(nodes), output = row >= first_output_of(nodes);
    SG_REQUIRE(spec.input == input, "Network", "row ", row, " of group ", spec.group,
               " is an input, expected inputs to be exactly the first group");
    const std::int32_t level = graph.csr().target_level[static_cast<std::size_t>(row)];
    SG_REQUIRE((level == top) == output, "Network", "row ", row, " of group ", spec.group,
               " has level ", level, ", expected exactly the outputs on the top level ", top);
  }
}

std::int32_t Network::inputs() const { return inputs_of(graph_.nodes()); }

std::int32_t Network::first_output() const { return first_output_of(graph_.nodes()); }

std::int32_t Network::outputs() const { return graph_.nodes().rows() - first_output(); }

std::int64_t Network::parameters() const {
  const std::int64_t hidden = first_output() - inputs();
  const std::int64_t srelu =
      config_.hidden == HiddenActivation::srelu ? kSreluParameters * hidden : 0;
  return csr().edges() + hidden + outputs() + srelu;
}

std::int64_t Network::bytes() const {
  std::int64_t total = csr().bytes() + state_.bytes();
  for (const auto& [name, buffer] : view_.gradients)
    total += static_cast<std::int64_t>(buffer->bytes());
  for (const Panel* panel : {&a_, &z_, &delta_}) {
    total += static_cast<std::int64_t>(panel->rows()) * padded_batch(panel->capacity()) *
             static_cast<std::int64_t>(size_of(config_.dtype));
  }
  return total;
}

bool Network::is_srelu(std::int32_t level) const {
  return config_.hidden == HiddenActivation::srelu && level + 1 < levels();
}

const Buffer* Network::srelu_of(std::int32_t level) const {
  return is_srelu(level) ? &state_.buffer("srelu") : nullptr;
}

ActivationParams Network::activation_of(std::int32_t level) const {
  if (level + 1 == levels()) return {config_.output, 0.0};
  const bool odd = level % 2 == 1;
  switch (config_.hidden) {
    case HiddenActivation::leaky_relu:
      return {ActivationKind::relu, config_.slope};
    case HiddenActivation::all_relu:
      return {ActivationKind::relu, odd ? -config_.slope : config_.slope};
    default:
      return {kernel_kind(config_.hidden), 0.0};
  }
}

void Network::require_batch(std::int32_t batch) {
  for (Panel* panel : {&a_, &z_, &delta_}) {
    panel->reserve(*backend_, config_.dtype, csr().targets(), batch);
  }
}

void Network::pack_inputs(const SampleMatrix& x, Span<const std::int64_t> chosen) {
  SG_REQUIRE(x.features == inputs(), "Network.pack_inputs", "got ", x.features,
             " features, expected ", inputs());
  SG_REQUIRE(chosen.size() <= INT32_MAX, "Network.pack_inputs", "got a batch of ", chosen.size());
  require_batch(static_cast<std::int32_t>(chosen.size()));
  backend_->pack(x, chosen, 0, a_);
}

void Network::forward(const DropoutParams* drop) {
  const Buffer& weights = state_.buffer("weight");
  const Buffer& bias = state_.buffer("bias");
  for (std::int32_t level = 1; level < levels(); ++level) {
    backend_->spmm(*view_.device, level, weights, &bias, a_, z_);
    backend_->activate(*view_.device, level, activation_of(level), srelu_of(level), z_, a_);
    if (drop && level + 1 < levels()) backend_->dropout(*view_.device, level, *drop, a_);
  }
}

void Network::backward(const DropoutParams* drop, bool input_gradient) {
  const Buffer& weights = state_.buffer("weight");
  for (std::int32_t level = levels() - 1; level >= 1; --level) {
    if (level + 1 < levels()) {
      backend_->spmm_t(*view_.device, level, weights, delta_, delta_);
      if (drop) backend_->dropout(*view_.device, level, *drop, delta_);
    }
    Buffer* dsrelu = is_srelu(level) ? &gradient("srelu") : nullptr;
    backend_->activate_grad(*view_.device, level, activation_of(level), srelu_of(level), z_, delta_,
                            dsrelu);
  }
  backend_->sddmm(*view_.device, a_, delta_, gradient("weight"));
  backend_->row_sum(delta_, inputs(), gradient("bias"));
  if (input_gradient) backend_->spmm_t(*view_.device, 0, weights, delta_, delta_);
}

Buffer& Network::gradient(const std::string& parameter) const {
  for (const auto& [name, buffer] : view_.gradients) {
    if (name == parameter) return *buffer;
  }
  throw_range("Network.gradient", concat("no parameter is called '", parameter, "'"));
}

std::vector<LevelStats> Network::activation_stats() {
  backend_->finish();
  return backend_->level_stats(*view_.device, a_);
}

}  // namespace sparsegrow
