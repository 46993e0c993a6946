// One commit of a growing network: proposals become edits, edits become the next wiring and state.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sparsegrow/grow/char_net.h"
#include "sparsegrow/grow/weak_edges.h"

namespace sparsegrow {

class GrowthCommit {
 public:
  explicit GrowthCommit(CharNet& net) : net_(net), wiring_(net.wiring_) {}

  // Takes a proposal in; throws invalid_argument if it cannot be made.
  void plan(const Proposal& proposal, const PatternOffer& offer);
  // Makes what was planned; returns the edges of each proposal. All or nothing.
  std::vector<std::int64_t> apply();

 private:
  // An edge of the mutation and the weight it starts with; gates start at 1.
  struct NewEdge {
    NodeId source, target;
    double weight;
  };
  // A one-hot edge: neuron `column` of a block, row of the block.
  struct NewColumn {
    std::int32_t sub_dag, column;
    double deviation;
    std::uint64_t seed;
  };

  void widen(const Proposal& proposal);
  void widen_first_layer(const Proposal& proposal);
  void deepen(const Proposal& proposal);
  void expand_context(const Proposal& proposal);
  void activate_memory(const Proposal& proposal);
  void specialise(const Proposal& proposal, const PatternOffer& offer);
  void prune(const Proposal& proposal);

  NodeId add_neuron(std::int32_t sub_dag, std::int32_t layer);
  void add_edge(NodeId source, NodeId target, double weight);
  NodeId output_of(std::int32_t sub_dag) const;
  std::vector<NodeId> neurons_of(std::int32_t sub_dag, std::int32_t lowest,
                                 std::int32_t highest) const;
  // Up to `count` of them, without repetition; recent ones of high gradient signal more likely.
  std::vector<NodeId> prefer_recent(std::vector<NodeId> from, std::size_t count,
                                    std::uint64_t seed) const;
  void wire_above_first(const Proposal& proposal, NodeId neuron, std::int32_t layer,
                        std::uint64_t stream);
  void require_sub_dag(const Proposal& proposal) const;

  void own_arrays();
  void commit_graph();
  void carry_inputs();
  void carry_patterns();
  void start_columns();
  void start_cells();
  void close_inputs();

  CharNet& net_;
  Wiring wiring_;  // as it will be; its graph is still the present one
  std::vector<NodeSpec> new_nodes_;
  std::vector<NewEdge> new_edges_;
  std::vector<NewColumn> new_columns_;
  std::vector<NodeId> new_cells_;
  std::vector<PatternEdge> pattern_edges_, bare_patterns_;
  WeakEdges removed_;
  bool prunes_ = false;
  std::vector<std::int32_t> deepened_;  // sub-DAGs
  std::vector<std::int64_t> counts_;
};

}  // namespace sparsegrow
