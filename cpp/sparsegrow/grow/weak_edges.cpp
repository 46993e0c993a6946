#include "sparsegrow/grow/weak_edges.h"

#include <algorithm>
#include <cmath>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

enum Table : std::int32_t { kHidden, kPatterns, kInputs };

// An edge, or the run of one-hot edges from `place` on.
struct Candidate {
  double strength;  // the mean over a run
  Table table;
  std::int32_t place;
  std::int32_t edges;
  std::int32_t stride;  // from one element of a run to the next
  std::int32_t length;  // elements of a run, closed ones included
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

  double strength_of(const StateTable& state, std::int64_t place) const {
    return std::abs(load_element(state.buffer("weight"), net_.dtype(), place) *
                    load_element(state.buffer("gate"), net_.dtype(), place));
  }

  bool is_trained(const StateTable& state, std::int64_t place) const {
    return load_element(state.buffer("weight.sum"), net_.dtype(), place) > 0;
  }

  void add(const StateTable& state, Table table, std::int32_t place) {
    if (!is_trained(state, place)) return;
    found_.push_back({strength_of(state, place), table, place, 1, 0, 1});
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

  // What follows the last whole run stays: were it closed, positions that come later would lie
  // across lines.
  void add_block(const InputBlock& block) {
    const std::int32_t rows = block.positions * kVocabulary;
    for (std::int32_t first = 0; first + kPrunedRun <= rows; first += kPrunedRun) {
      for (std::int32_t j = 0; j < block.neurons; ++j) {
        const std::int64_t place = block.begin + std::int64_t{first} * block.stride + j;
        add_run({0, kInputs, static_cast<std::int32_t>(place), 0, block.stride, kPrunedRun});
      }
    }
  }

  // A run of which nothing was ever trained is left alone, and so is one that is closed.
  void add_run(Candidate run) {
    bool trained = false;
    for (std::int32_t k = 0; k < run.length; ++k) {
      const std::int64_t place = run.place + std::int64_t{k} * run.stride;
      if (!net_.is_open_input(place)) continue;
      ++run.edges;
      run.strength += strength_of(net_.input_state(), place);
      trained = trained || is_trained(net_.input_state(), place);
    }
    if (!trained) return;
    run.strength /= run.edges;
    found_.push_back(run);
  }

  const CharNet& net_;
  std::int32_t sub_dag_;
  std::vector<Candidate> found_;
};

// Moves the weakest candidates to the front, in order, and returns how many of them make up
// `count` edges; each has at least one.
std::size_t weakest_first(std::vector<Candidate>& found, std::int64_t count) {
  const auto most = std::min(static_cast<std::int64_t>(found.size()), count);
  const auto last = found.begin() + static_cast<std::ptrdiff_t>(most);
  std::nth_element(found.begin(), last - 1, found.end());
  std::sort(found.begin(), last);
  std::size_t taken = 0;
  for (std::int64_t edges = 0; edges < count; ++taken) edges += found[taken].edges;
  return taken;
}

}  // namespace

WeakEdges weakest_edges(const CharNet& net, std::int32_t sub_dag, std::int64_t count) {
  auto found = Candidates(net, sub_dag).all();
  std::int64_t edges = 0;
  for (const Candidate& candidate : found) edges += candidate.edges;
  SG_REQUIRE(edges >= count, "CharNet.grow", "prune: got count ", count, ", there are ", edges,
             " trained edges");
  found.resize(weakest_first(found, count));
  WeakEdges weak;
  for (const Candidate& one : found) {
    auto& places = one.table == kHidden     ? weak.hidden
                   : one.table == kPatterns ? weak.patterns
                                            : weak.inputs;
    for (std::int32_t k = 0; k < one.length; ++k) {
      const std::int32_t place = one.place + k * one.stride;
      if (one.table != kInputs || net.is_open_input(place)) places.push_back(place);
    }
  }
  for (auto* places : {&weak.hidden, &weak.patterns, &weak.inputs}) {
    std::sort(places->begin(), places->end());
  }
  return weak;
}

}  // namespace sparsegrow
