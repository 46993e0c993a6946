// The two halves of a restricted Boltzmann machine as verbs: from the visible units to the hidden
// ones and back.
//
// A panel has a row for each visible unit, then one for each hidden unit. Energy of a state, with
// links W only where the graph has them: E(v, h) = - a.v - b.h - v'W h; so p(h_j = 1 | v) =
// sigmoid(b_j + sum_i v_i W_ij) and p(v_i = 1 | h) = sigmoid(a_i + sum_j W_ij h_j). a and b are the
// visible and the hidden rows of the network's "bias".
#pragma once

#include <memory>

#include "sparsegrow/train/network.h"
#include "sparsegrow/train/unit_passes.h"

namespace sparsegrow {

class RbmLayers {
 public:
  // Throws invalid_argument unless the network has two levels, visible and hidden.
  explicit RbmLayers(std::shared_ptr<Network> network);

  Network& network() const { return *network_; }
  // Throw invalid_argument if the network has had other levels made since.
  RowRange visible() const;
  RowRange hidden() const;
  Panel make_panel(std::int32_t batch) const;

  // Hidden rows become b + W'v. Cost 2 * edges * batch flops, as of those below.
  void hidden_sums(Panel& units) const;
  // Visible rows of `to` become a + W h, with h from `from`, which may be the same panel.
  void visible_sums(const Panel& from, Panel& to) const;
  void squash_hidden(Panel& units) const;  // x becomes sigmoid(x)
  void squash_visible(Panel& units) const;

  // Probabilities given the other half.
  void infer_hidden(Panel& units) const;
  void infer_visible(const Panel& from, Panel& to) const;

 private:
  void queue_hidden_sums(Panel& units) const;
  void require_levels() const;

  std::shared_ptr<Network> network_;
  std::int32_t visible_, hidden_;
};

}  // namespace sparsegrow
