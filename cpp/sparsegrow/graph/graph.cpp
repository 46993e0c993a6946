#include "sparsegrow/graph/graph.h"

#include <limits>
#include <numeric>
#include <utility>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/large_vector.h"
#include "sparsegrow/graph/commit.h"
#include "sparsegrow/graph/levels.h"

namespace sparsegrow {
namespace {

void require_table(const NodeTable& nodes) {
  SG_REQUIRE(nodes.row.size() == nodes.spec.size(), "Graph", "got ", nodes.row.size(), " rows for ",
             nodes.spec.size(), " nodes, expected one each");
  for (const NodeSpec& spec : nodes.spec) require_spec(spec, "Graph");
  std::vector<bool> removed(nodes.row.size());
  for (std::size_t n = 0; n < removed.size(); ++n) removed[n] = nodes.row[n] < 0;
  NodeTable expected;
  expected.spec = nodes.spec;
  assign_rows(expected, removed);
  SG_REQUIRE(nodes.row == expected.row && nodes.node == expected.node &&
                 nodes.group_begin == expected.group_begin,
             "Graph", "the rows of the node table are not those that assign_rows gives");
}

void require_edges(const NodeTable& nodes, const Pattern& by_target) {
  SG_REQUIRE(by_target.rows() == nodes.rows(), "Graph", "got ", by_target.rows(),
             " rows of edges, expected one for each of ", nodes.rows(), " rows of nodes");
  require_pattern(by_target, nodes.rows(), "Graph");
  for (std::int32_t r = 0; r < nodes.rows(); ++r) {
    const std::int32_t degree = by_target.row_begin[r + 1] - by_target.row_begin[r];
    SG_REQUIRE(degree == 0 || !nodes.spec[nodes.node[r]].input, "Graph", "node ", nodes.node[r],
               " is an input and has ", degree, " edges, expected none");
  }
}

Remap identity(const Csr& csr) {
  Remap remap;
  remap.old_edges = csr.edges();
  remap.old_rows = csr.targets();
  assign_large(remap.edge, static_cast<std::size_t>(csr.edges()));
  std::iota(remap.edge.begin(), remap.edge.end(), 0);
  remap.row.resize(static_cast<std::size_t>(csr.targets()));
  std::iota(remap.row.begin(), remap.row.end(), 0);
  return remap;
}

// How long the queue was, to cut it back when a mutation is refused half way.
class QueueLengths {
 public:
  explicit QueueLengths(const Mutation& m)
      : new_nodes_(m.new_nodes.size()),
        added_edges_(m.added_edges.size()),
        removed_edges_(m.removed_edges.size()),
        removed_positions_(m.removed_positions.size()),
        removed_nodes_(m.removed_nodes.size()) {}

  void cut(Mutation& m) const {
    m.new_nodes.resize(new_nodes_);
    m.added_edges.resize(added_edges_);
    m.removed_edges.resize(removed_edges_);
    m.removed_positions.resize(removed_positions_);
    m.removed_nodes.resize(removed_nodes_);
  }

 private:
  std::size_t new_nodes_, added_edges_, removed_edges_, removed_positions_, removed_nodes_;
};

}  // namespace

Graph::Graph() : committed_(std::make_shared<Committed>()) {}

Graph::Graph(NodeTable nodes, Pattern by_target) {
  require_table(nodes);
  require_edges(nodes, by_target);
  auto state = std::make_shared<Committed>();
  Csr& csr = state->csr;
  state->nodes = std::move(nodes);
  csr.by_target = std::move(by_target);
  transpose(csr.by_target, csr.targets(), csr.by_source, csr.position);
  csr.target_level = compute_levels(state->nodes, csr.by_target, csr.by_source, "Graph");
  make_plans(csr);
  committed_ = std::move(state);
}

NodeId Graph::next_node() const {
  return nodes().nodes() + static_cast<NodeId>(edits_.new_nodes.size());
}

const NodeSpec& Graph::require_node(NodeId node, const char* where) const {
  SG_REQUIRE_RANGE(node >= 0 && node < next_node(), where, "got node ", node, ", expected 0 to ",
                   next_node() - 1);
  if (node >= nodes().nodes()) return edits_.new_nodes[node - nodes().nodes()];
  SG_REQUIRE_RANGE(nodes().row[node] >= 0, where, "node ", node, " was removed");
  return nodes().spec[node];
}

void Graph::require_committed(NodeId node, const char* where) const {
  require_node(node, where);
  SG_REQUIRE_RANGE(node < nodes().nodes(), where, "node ", node,
                   " is not committed yet, so nothing of it can be removed");
}

NodeId Graph::add_node(const NodeSpec& spec) {
  require_spec(spec, "Graph.add_node");
  SG_REQUIRE(next_node() < std::numeric_limits<NodeId>::max(), "Graph.add_node",
             "there is no id left for another node");
  edits_.new_nodes.push_back(spec);
  return next_node() - 1;
}

void Graph::add_edge(EdgeEnds edge) {
  constexpr char kWhere[] = "Graph.add_edge";
  require_node(edge.source, kWhere);
  SG_REQUIRE(!require_node(edge.target, kWhere).input, kWhere, "node ", edge.target,
             " is an input, which takes no edges, but got one from node ", edge.source);
  SG_REQUIRE(edge.source != edge.target, kWhere, "got an edge from node ", edge.source,
             " to itself, expected two different nodes");
  edits_.added_edges.push_back(edge);
}

void Graph::remove_edge(EdgeEnds edge) {
  require_committed(edge.source, "Graph.remove_edge");
  require_committed(edge.target, "Graph.remove_edge");
  edits_.removed_edges.push_back(edge);
}

void Graph::remove_edge_at(std::int32_t position) {
  SG_REQUIRE_RANGE(position >= 0 && position < csr().edges(), "Graph.remove_edge_at",
                   "got position ", position, ", expected 0 to ", csr().edges() - 1);
  edits_.removed_positions.push_back(position);
}

void Graph::remove_node(NodeId node) {
  require_committed(node, "Graph.remove_node");
  edits_.removed_nodes.push_back(node);
}

void Graph::apply(const Mutation& mutation) {
  const QueueLengths before(edits_);
  try {
    for (const NodeSpec& spec : mutation.new_nodes) add_node(spec);
    for (const EdgeEnds edge : mutation.added_edges) add_edge(edge);
    for (const EdgeEnds edge : mutation.removed_edges) remove_edge(edge);
    for (const std::int32_t position : mutation.removed_positions) remove_edge_at(position);
    for (const NodeId node : mutation.removed_nodes) remove_node(node);
  } catch (...) {
    before.cut(edits_);
    throw;
  }
}

bool Graph::has_edits() const { return !edits_.empty(); }

void Graph::discard() { edits_ = Mutation{}; }

Remap Graph::commit() {
  if (!has_edits()) return identity(csr());
  CommitResult result = commit_edits(*committed_, edits_);
  committed_ = std::move(result.next);
  edits_ = Mutation{};
  return std::move(result.remap);
}

void Graph::restore(Snapshot snapshot) {
  SG_REQUIRE(snapshot != nullptr, "Graph.restore", "got no snapshot");
  committed_ = std::move(snapshot);
  edits_ = Mutation{};
}

}  // namespace sparsegrow
