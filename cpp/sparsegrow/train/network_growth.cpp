// How a network changes: growth through one commit, snapshots and rollback. Everything is made
// beside what there is and put in its place at the end, so that a throw leaves the network as it
// was.
#include <utility>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/train/network.h"

namespace sparsegrow {

Network::View Network::view_of(const Graph& graph, const StateTable& state) const {
  const auto committed = graph.snapshot();
  View view;
  view.device = backend_->upload(std::shared_ptr<const Csr>(committed, &committed->csr));
  for (const auto& name : parameter_names_) {
    view.gradients.emplace_back(name, backend_->allocate(state.buffer(name).bytes()));
  }
  return view;
}

void Network::adopt(Graph graph, StateTable state, View view) noexcept {
  graph_ = std::move(graph);
  state_ = std::move(state);
  view_ = std::move(view);
}

// SReLU starts as a leaky ReLU: slope 0.2 below 0, the identity above; training bends it from
// there.
void Network::start_new_rows(StateTable& state, const std::vector<std::int32_t>& old_row) const {
  if (config_.hidden != HiddenActivation::srelu) return;
  constexpr double kStart[kSreluParameters] = {0.0, 0.2, 0.4, 1.0};  // by SreluParameter
  Buffer& srelu = state.buffer("srelu");
  const auto rows = static_cast<std::int64_t>(old_row.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    if (old_row[static_cast<std::size_t>(row)] != kNew) continue;
    for (std::int64_t p = 0; p < kSreluParameters; ++p) {
      store_element(srelu, config_.dtype, p * rows + row, kStart[p]);
    }
  }
}

Remap Network::grow(const Mutation& mutation, Span<const double> weights) {
  SG_REQUIRE(weights.empty() || weights.size() == mutation.added_edges.size(), "Network.grow",
             "got ", weights.size(), " weights for ", mutation.added_edges.size(), " added edges");
  Graph graph = graph_;
  graph.apply(mutation);
  Remap remap = graph.commit();
  require_layout(graph);
  StateTable state = state_;  // refers to the old arrays, which carry() leaves alone
  state.carry(remap);
  start_new_rows(state, remap.row);
  for (std::size_t k = 0; k < weights.size(); ++k) {
    store_element(state.buffer("weight"), config_.dtype, remap.added[k], weights[k]);
  }
  View view = view_of(graph, state);
  adopt(std::move(graph), std::move(state), std::move(view));
  return remap;
}

Network::Snapshot Network::snapshot() const {
  return {graph_.snapshot(), state_.snapshot(), steps};
}

void Network::rollback(const Snapshot& saved) {
  StateTable state = state_;
  state.restore(saved.state);
  Graph graph = graph_;
  graph.restore(saved.graph);
  View view = view_of(graph, state);
  adopt(std::move(graph), std::move(state), std::move(view));
  steps = saved.steps;
}

}  // namespace sparsegrow
