// How a network changes: growth through one commit, snapshots and rollback.
#include <algorithm>
#include <utility>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/train/network.h"

namespace sparsegrow {

// Everything that is made anew for a topology and carries nothing over: device view, gradients.
void Network::adopt_topology() {
  const auto committed = graph_.snapshot();
  device_ = backend_->upload(std::shared_ptr<const Csr>(committed, &committed->csr));
  gradients_.clear();
  for (const auto& name : parameter_names_) {
    gradients_.emplace_back(name, backend_->allocate(state_.buffer(name).bytes()));
  }
}

// SReLU starts as a leaky ReLU: slope 0.2 below 0, the identity above; training bends it from
// there.
void Network::start_new_rows(const std::vector<std::int32_t>& old_row) {
  if (config_.hidden != HiddenActivation::srelu) return;
  constexpr double kStart[kSreluParameters] = {0.0, 0.2, 0.4, 1.0};  // by SreluParameter
  Buffer& srelu = state_.buffer("srelu");
  const auto rows = static_cast<std::int64_t>(old_row.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    if (old_row[static_cast<std::size_t>(row)] != kNew) continue;
    for (std::int64_t p = 0; p < kSreluParameters; ++p) {
      store_element(srelu, config_.dtype, p * rows + row, kStart[p]);
    }
  }
}

void Network::set_new_weights(const std::vector<std::int32_t>& added, Span<const double> weights) {
  if (weights.empty()) return;
  Buffer& values = state_.buffer("weight");
  for (std::size_t k = 0; k < added.size(); ++k) {
    store_element(values, config_.dtype, added[k], weights[k]);
  }
}

Remap Network::grow(const Mutation& mutation, Span<const double> weights) {
  SG_REQUIRE(weights.empty() || weights.size() == mutation.added_edges.size(), "Network.grow",
             "got ", weights.size(), " weights for ", mutation.added_edges.size(), " added edges");
  const Graph::Snapshot before = graph_.snapshot();
  const StateTable old_state = state_;  // refers to the old arrays, which carry() leaves alone
  try {
    graph_.apply(mutation);
    Remap remap = graph_.commit();
    require_layout();
    state_.carry(remap);
    start_new_rows(remap.row);
    set_new_weights(remap.added, weights);
    adopt_topology();
    return remap;
  } catch (...) {
    graph_.restore(before);
    state_ = old_state;
    adopt_topology();
    throw;
  }
}

Network::Snapshot Network::snapshot() const {
  return {graph_.snapshot(), state_.snapshot(), steps};
}

void Network::rollback(const Snapshot& saved) {
  state_.restore(saved.state);
  graph_.restore(saved.graph);
  steps = saved.steps;
  adopt_topology();
}

}  // namespace sparsegrow
