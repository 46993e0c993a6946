#include "sparsegrow/train/rbm_layers.h"

#include <utility>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

constexpr ActivationParams kSigmoid{ActivationKind::sigmoid, 0.0};

}  // namespace

RbmLayers::RbmLayers(std::shared_ptr<Network> network)
    : network_(std::move(network)), visible_(network_->inputs()), hidden_(network_->outputs()) {
  require_levels();
}

void RbmLayers::require_levels() const {
  SG_REQUIRE(network_->levels() == 2, "Rbm", "got a network of ", network_->levels(),
             " levels, expected 2: visible and hidden units");
  SG_REQUIRE(network_->inputs() == visible_ && network_->outputs() == hidden_, "Rbm",
             "got a network that has grown to ", network_->inputs(), " visible and ",
             network_->outputs(), " hidden units, expected ", visible_, " and ", hidden_);
}

RowRange RbmLayers::visible() const {
  require_levels();
  return {0, visible_};
}

RowRange RbmLayers::hidden() const {
  require_levels();
  return {visible_, hidden_};
}

Panel RbmLayers::make_panel(std::int32_t batch) const {
  const std::int32_t rows = network_->inputs() + network_->outputs();
  return Panel(network_->backend(), network_->config().dtype, rows, batch);
}

void RbmLayers::queue_hidden_sums(Panel& units) const {
  const StateTable& state = network_->state();
  network_->backend().spmm(network_->device(), 1, state.buffer("weight"), &state.buffer("bias"),
                           units, units);
}

void RbmLayers::hidden_sums(Panel& units) const {
  queue_hidden_sums(units);
  network_->backend().finish();
}

void RbmLayers::visible_sums(const Panel& from, Panel& to) const {
  const StateTable& state = network_->state();
  network_->backend().spmm_t(network_->device(), 0, state.buffer("weight"), from, to);
  network_->backend().finish();
  add_rows(to, visible(), state.buffer("bias"));
}

void RbmLayers::squash_hidden(Panel& units) const {
  network_->backend().activate(network_->device(), 1, kSigmoid, nullptr, units, units);
  network_->backend().finish();
}

void RbmLayers::squash_visible(Panel& units) const {
  network_->backend().activate(network_->device(), 0, kSigmoid, nullptr, units, units);
  network_->backend().finish();
}

void RbmLayers::infer_hidden(Panel& units) const {
  queue_hidden_sums(units);
  squash_hidden(units);
}

void RbmLayers::infer_visible(const Panel& from, Panel& to) const {
  visible_sums(from, to);
  squash_visible(to);
}

}  // namespace sparsegrow
