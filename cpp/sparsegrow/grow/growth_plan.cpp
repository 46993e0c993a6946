// What each mutation means, as edits. All but prune leave the function as it was: what is new has
// zero weights towards the outputs, or zero weights from what it newly sees.
#include <algorithm>
#include <cmath>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/grow/growth_commit.h"

namespace sparsegrow {
namespace {

constexpr char kWhere[] = "CharNet.grow";
constexpr std::size_t kFanIn = 16;   // hidden sources of a neuron above the first layer
constexpr std::size_t kFanOut = 16;  // neurons that a layer slipped in below them will feed
constexpr std::int64_t kMostNeurons = 1 << 20;  // of one mutation: far more than a network has
constexpr double kRecentShare =
    0.25;  // of a sub-DAG's neurons over which preference falls to 1 / e

}  // namespace

void GrowthCommit::require_sub_dag(const Proposal& p) const {
  SG_REQUIRE(p.sub_dag >= 0 && p.sub_dag < kVocabulary, kWhere, name_of(p.kind), ": got sub-DAG ",
             p.sub_dag, ", expected 0 to ", kVocabulary - 1);
}

void GrowthCommit::plan(const Proposal& proposal, const PatternOffer& offer) {
  SG_REQUIRE(proposal.count >= 1, kWhere, name_of(proposal.kind), ": got count ", proposal.count,
             ", expected at least 1");
  if (proposal.kind == MutationKind::widen || proposal.kind == MutationKind::deepen) {
    SG_REQUIRE(proposal.count <= kMostNeurons, kWhere, name_of(proposal.kind), ": got count ",
               proposal.count, ", expected at most ", kMostNeurons);
  }
  counts_.push_back(0);
  switch (proposal.kind) {
    case MutationKind::widen:
      return widen(proposal);
    case MutationKind::deepen:
      return deepen(proposal);
    case MutationKind::expand_context:
      return expand_context(proposal);
    case MutationKind::activate_memory:
      return activate_memory(proposal);
    case MutationKind::specialise:
      return specialise(proposal, offer);
    case MutationKind::prune:
      return prune(proposal);
  }
}

NodeId GrowthCommit::output_of(std::int32_t sub_dag) const {
  const auto row = static_cast<std::size_t>(net_.first_output() + sub_dag);
  return wiring_.graph->nodes.node[row];
}

NodeId GrowthCommit::add_neuron(std::int32_t sub_dag, std::int32_t layer) {
  new_nodes_.push_back({sub_dag, std::min(layer, 2), false});
  return wiring_.graph->nodes.nodes() + static_cast<NodeId>(new_nodes_.size()) - 1;
}

void GrowthCommit::add_edge(NodeId source, NodeId target, double weight) {
  new_edges_.push_back({source, target, weight});
  ++counts_.back();
}

std::vector<NodeId> GrowthCommit::neurons_of(std::int32_t sub_dag, std::int32_t lowest,
                                             std::int32_t highest) const {
  const NodeTable& nodes = wiring_.graph->nodes;
  const auto s = static_cast<std::size_t>(sub_dag);
  std::vector<NodeId> found;
  for (std::int32_t row = nodes.group_begin[s]; row < nodes.group_begin[s + 1]; ++row) {
    const std::int32_t level = net_.csr().target_level[static_cast<std::size_t>(row)];
    if (level >= lowest && level <= highest)
      found.push_back(nodes.node[static_cast<std::size_t>(row)]);
  }
  return found;
}

// Weighted sampling without replacement: the largest of u^(1/w), here -log(u) / w, smallest first.
std::vector<NodeId> GrowthCommit::prefer_recent(std::vector<NodeId> from, std::size_t count,
                                                std::uint64_t seed) const {
  if (from.size() <= count) return from;
  const NodeTable& nodes = wiring_.graph->nodes;
  double mean = 0;
  const auto signal_of = [&](NodeId node) {
    const std::int32_t row = nodes.row[static_cast<std::size_t>(node)];
    return double{net_.signal_[static_cast<std::size_t>(row)]};
  };
  for (const NodeId node : from) mean += signal_of(node) / static_cast<double>(from.size());
  Rng rng(seed, stream_id(0x70726566));
  std::vector<std::pair<double, NodeId>> keyed;
  for (std::size_t k = 0; k < from.size(); ++k) {
    const double age = static_cast<double>(from.size() - 1 - k) / static_cast<double>(from.size());
    const double liking = mean > 0 ? 0.1 + signal_of(from[k]) / mean : 1.0;
    const double weight = liking * std::exp(-age / kRecentShare);
    keyed.emplace_back(-std::log(1.0 - rng.uniform()) / weight, from[k]);
  }
  std::sort(keyed.begin(), keyed.end());
  from.clear();
  for (std::size_t k = 0; k < count; ++k) from.push_back(keyed[k].second);
  std::sort(from.begin(), from.end());  // edges in order of their sources' creation
  return from;
}

void GrowthCommit::widen_first_layer(const Proposal& p) {
  SubDag& sub_dag = wiring_.sub_dags[static_cast<std::size_t>(p.sub_dag)];
  for (std::int64_t k = 0; k < p.count; ++k) {
    const NodeId neuron = add_neuron(p.sub_dag, 1);
    const auto column = static_cast<std::int32_t>(sub_dag.inputs.size());
    sub_dag.inputs.push_back(neuron);
    const std::uint64_t seed = stream_id(p.seed, static_cast<std::uint64_t>(neuron));
    new_columns_.push_back({p.sub_dag, column, 1.0, seed});
    counts_.back() += std::int64_t{kVocabulary} * sub_dag.context;
    add_edge(neuron, output_of(p.sub_dag), 0.0);
  }
}

// One source at least is on the layer below, so that the neuron stands where it should.
void GrowthCommit::wire_above_first(const Proposal& p, NodeId neuron, std::int32_t layer,
                                    std::uint64_t stream) {
  const std::uint64_t seed = stream_id(p.seed, stream, 1);
  auto below = prefer_recent(neurons_of(p.sub_dag, layer - 1, layer - 1), kFanIn / 2, seed);
  const auto lower =
      prefer_recent(neurons_of(p.sub_dag, 1, layer - 2), kFanIn - below.size(), stream_id(seed, 2));
  below.insert(below.end(), lower.begin(), lower.end());
  std::sort(below.begin(), below.end());
  Rng rng(seed, stream_id(0x61626f76));
  const double deviation = 1.5 / std::sqrt(static_cast<double>(below.size()));
  for (const NodeId source : below) add_edge(source, neuron, deviation * rng.normal());
  add_edge(neuron, output_of(p.sub_dag), 0.0);
}

void GrowthCommit::widen(const Proposal& p) {
  require_sub_dag(p);
  const std::int32_t depth = wiring_.depth(p.sub_dag);
  SG_REQUIRE(p.layer >= 1 && p.layer <= depth, kWhere, "widen: sub-DAG ", p.sub_dag,
             " has no layer ", p.layer, ", expected 1 to ", depth);
  if (p.layer == 1) return widen_first_layer(p);
  for (std::int64_t k = 0; k < p.count; ++k) {
    wire_above_first(p, add_neuron(p.sub_dag, p.layer), p.layer, static_cast<std::uint64_t>(k));
  }
}

// What stood above keeps its edges and gets further ones of zero weight from the new layer, which
// lift it by one: the layer starts as the identity around which everything passes as before.
void GrowthCommit::deepen(const Proposal& p) {
  require_sub_dag(p);
  const std::int32_t depth = wiring_.depth(p.sub_dag);
  SG_REQUIRE(p.layer >= 1 && p.layer <= depth, kWhere, "deepen: sub-DAG ", p.sub_dag,
             " has no layer ", p.layer, " to put one above, expected 1 to ", depth);
  SG_REQUIRE(depth < wiring_.max_depth, kWhere, "deepen: sub-DAG ", p.sub_dag, " has ", depth,
             " layers already, the most that are allowed");
  SG_REQUIRE(std::find(deepened_.begin(), deepened_.end(), p.sub_dag) == deepened_.end(), kWhere,
             "deepen: sub-DAG ", p.sub_dag, " gets a layer in this commit already");
  deepened_.push_back(p.sub_dag);
  const auto above =
      prefer_recent(neurons_of(p.sub_dag, p.layer + 1, p.layer + 1), kFanOut, stream_id(p.seed, 3));
  for (std::int64_t k = 0; k < p.count; ++k) {
    const NodeId neuron = add_neuron(p.sub_dag, p.layer + 1);
    wire_above_first(p, neuron, p.layer + 1, static_cast<std::uint64_t>(k));
    for (const NodeId target : above) add_edge(neuron, target, 0.0);
  }
}

void GrowthCommit::expand_context(const Proposal& p) {
  require_sub_dag(p);
  SubDag& sub_dag = wiring_.sub_dags[static_cast<std::size_t>(p.sub_dag)];
  SG_REQUIRE(p.count <= kMaxContext - sub_dag.context, kWhere, "expand_context: sub-DAG ",
             p.sub_dag, " sees ", sub_dag.context, " characters, got ", p.count,
             " more, the most is ", kMaxContext);
  sub_dag.context += static_cast<std::int32_t>(p.count);
  counts_.back() += p.count * kVocabulary * static_cast<std::int64_t>(sub_dag.inputs.size());
}

void GrowthCommit::activate_memory(const Proposal& p) {
  require_sub_dag(p);
  auto without = neurons_of(p.sub_dag, 1, wiring_.max_depth);
  without.erase(std::remove_if(without.begin(), without.end(),
                               [&](NodeId node) { return wiring_.has_memory(node); }),
                without.end());
  SG_REQUIRE(static_cast<std::int64_t>(without.size()) >= p.count, kWhere,
             "activate_memory: sub-DAG ", p.sub_dag, " has ", without.size(),
             " neurons without memory, got count ", p.count);
  for (const NodeId node :
       prefer_recent(without, static_cast<std::size_t>(p.count), stream_id(p.seed, 4))) {
    wiring_.memory.push_back(node);
    new_cells_.push_back(node);
  }
}

void GrowthCommit::specialise(const Proposal& p, const PatternOffer& offer) {
  SG_REQUIRE(pattern_edges_.empty() && bare_patterns_.empty(), kWhere,
             "specialise: got two of them in one commit, expected one");
  SG_REQUIRE(
      !offer.edges.empty(), kWhere,
      "specialise: no pattern promises a gain, only a trainer that has run some steps knows any");
  const auto count = std::min(static_cast<std::size_t>(p.count), offer.edges.size());
  pattern_edges_.assign(offer.edges.begin(),
                        offer.edges.begin() + static_cast<std::ptrdiff_t>(count));
  bare_patterns_ = offer.bare;
  counts_.back() = static_cast<std::int64_t>(count);
}

void GrowthCommit::prune(const Proposal& p) {
  SG_REQUIRE(p.sub_dag == -1 || (p.sub_dag >= 0 && p.sub_dag < kVocabulary), kWhere,
             "prune: got sub-DAG ", p.sub_dag, ", expected -1 (all) to ", kVocabulary - 1);
  SG_REQUIRE(!prunes_, kWhere, "prune: got two of them in one commit, expected one");
  prunes_ = true;
  removed_ = weakest_edges(net_, p.sub_dag, p.count);
  counts_.back() = removed_.edges();
}

}  // namespace sparsegrow
