// Graph is for changing, Csr is for computing, and commit() is the only door between them.
#pragma once

#include <cstdint>
#include <memory>

#include "sparsegrow/graph/csr.h"
#include "sparsegrow/graph/mutation.h"
#include "sparsegrow/graph/node_table.h"
#include "sparsegrow/graph/remap.h"

namespace sparsegrow {

// One committed state; immutable, so that a snapshot is only a reference to it.
struct Committed {
  NodeTable nodes;
  Csr csr;  // square: targets and sources are the rows of `nodes`
};

class Graph {
 public:
  using Snapshot = std::shared_ptr<const Committed>;

  Graph();
  // A graph that stands as `nodes` and `by_target` say; everything is validated as in commit().
  // Cost O(nodes + edges).
  Graph(NodeTable nodes, Pattern by_target);

  // --- edits: O(1) each, queued until commit(). They throw out_of_range for an id or position that
  // does not exist, or that is not committed and is to be removed, and invalid_argument for an edge
  // into an input, a self loop or a bad spec.
  NodeId next_node() const;
  NodeId add_node(const NodeSpec& spec);
  void add_edge(EdgeEnds edge);
  void remove_edge(EdgeEnds edge);
  void remove_edge_at(std::int32_t position);
  void remove_node(NodeId node);
  void apply(const Mutation& mutation);  // all or nothing
  bool has_edits() const;
  void discard();  // forget the queued edits

  // Resolves the queued edits. Throws invalid_argument for a duplicate edge, the removal of an edge
  // that is not there, the removal of an edge or node twice, an edge at a removed node, a cycle, or
  // more than kMaxEdges edges; then the committed state and the queue are as before. The removal of
  // a node takes all its edges along; these may be removed by name as well. Cost O(V + E + p) for p
  // edits, in time and in transient memory.
  Remap commit();

  const NodeTable& nodes() const { return committed_->nodes; }
  const Csr& csr() const { return committed_->csr; }
  Snapshot snapshot() const { return committed_; }  // O(1)
  void restore(Snapshot snapshot);                  // O(1); drops queued edits

 private:
  const NodeSpec& require_node(NodeId node, const char* where) const;
  void require_committed(NodeId node, const char* where) const;

  Snapshot committed_;
  Mutation edits_;
};

}  // namespace sparsegrow
