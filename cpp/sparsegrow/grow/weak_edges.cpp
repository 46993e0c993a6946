#include "sparsegrow/grow/weak_edges.h"

#include <algorithm>
#include <cmath>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

enum Table : std::int32_t { kHidden, kPatterns, kInputs };

struct Candidate {
  double strength;
  Table table;
  std::int32_t place;
  bool operator<(const Candidate& o) const {
    if (strength != o.strength) return strength < o.strength;
    return table != o.table ? table < o.table : place < o.place;
  }
};

class Candidates {
 public:
  Candidates(const CharNet& net, std::int32_t sub_dag) : net_(net), sub_dag_(sub_dag) {}

  std::vector<Candidate> all() {
    add_hidden();
    if (sub_dag_ == -1) {
      for (std::int32_t e = 0; e < net_.patterns().edges(); ++e) {
        add(net_.pattern_state(), kPatterns, e);
      }
    }
    for (std::int32_t s = 0; s < kVocabulary; ++s) {
      if (wanted(s)) add_block(net_.blocks().blocks[static_cast<std::size_t>(s)]);
    }
    return std::move(found_);
  }

 private:
  bool wanted(std::int32_t sub_dag) const { return sub_dag_ == -1 || sub_dag == sub_dag_; }

  // A closed edge, whose weight and gate are zero, is no edge any more.
  void add(const StateTable& state, Table table, std::int64_t place) {
    const double weight = load_element(state.buffer("weight"), net_.dtype(), place);
    const double gate = load_element(state.buffer("gate"), net_.dtype(), place);
    const bool trained = load_element(state.buffer("weight.sum"), net_.dtype(), place) > 0;
    if (!trained || (weight == 0 && gate == 0)) return;
    found_.push_back({std::abs(weight * gate), table, static_cast<std::int32_t>(place)});
  }

  // Of the hidden graph, edges to an output are never offered: without its own a neuron would learn
  // nothing any more.
  void add_hidden() {
    const NodeTable& nodes = net_.wiring().graph->nodes;
    const auto& row_begin = net_.csr().by_target.row_begin;
    for (std::int32_t row = 0; row < net_.first_output(); ++row) {
      const auto r = static_cast<std::size_t>(row);
      if (!wanted(nodes.spec[static_cast<std::size_t>(nodes.node[r])].group)) continue;
      for (std::int32_t e = row_begin[r]; e < row_begin[r + 1]; ++e) {
        add(net_.hidden_state(), kHidden, e);
      }
    }
  }

  void add_block(const InputBlock& block) {
    for (std::int64_t r = 0; r < std::int64_t{block.positions} * kVocabulary; ++r) {
      for (std::int32_t j = 0; j < block.neurons; ++j) {
        add(net_.input_state(), kInputs, block.begin + r * block.stride + j);
      }
    }
  }

  const CharNet& net_;
  std::int32_t sub_dag_;
  std::vector<Candidate> found_;
};

}  // namespace

WeakEdges weakest_edges(const CharNet& net, std::int32_t sub_dag, std::int64_t count) {
  auto found = Candidates(net, sub_dag).all();
  SG_REQUIRE(static_cast<std::int64_t>(found.size()) >= count, "CharNet.grow", "prune: got count ",
             count, ", there are ", found.size(), " trained edges");
  const auto last = found.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(found.begin(), last - 1, found.end());
  std::sort(found.begin(), last);
  WeakEdges weak;
  for (auto edge = found.begin(); edge != last; ++edge) {
    auto& places = edge->table == kHidden     ? weak.hidden
                   : edge->table == kPatterns ? weak.patterns
                                              : weak.inputs;
    places.push_back(edge->place);
  }
  for (auto* places : {&weak.hidden, &weak.patterns, &weak.inputs}) {
    std::sort(places->begin(), places->end());
  }
  return weak;
}

}  // namespace sparsegrow
