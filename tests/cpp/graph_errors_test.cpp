// Every refusal of the graph's contract, with its message, and that nothing changed by it.
#include "catch.h"
#include "errors.h"
#include "graph_checks.h"
#include "sparsegrow/graph/edit_resolution.h"

namespace sparsegrow::test {
namespace {

// Input 0, then 1, 2, 3 and 4 with edges 0->1, 1->2, 2->3; node 4 is removed.
Graph chain_graph() {
  Graph graph;
  graph.add_node({0, 1, true});
  for (int i = 0; i < 4; ++i) graph.add_node({});
  for (NodeId n = 0; n < 3; ++n) graph.add_edge({n, n + 1});
  graph.commit();
  graph.remove_node(4);
  graph.commit();
  return graph;
}

std::string commit_error(const Mutation& edits) {
  Graph graph = chain_graph();
  const Graph::Snapshot before = graph.snapshot();
  graph.apply(edits);
  const std::string error = error_of([&] { graph.commit(); });
  CHECK(graph.snapshot() == before);
  CHECK(graph.has_edits());
  CHECK(error_of([&] { graph.commit(); }) == error);
  graph.discard();
  graph.add_edge({0, 3});
  CHECK(graph.commit().added == std::vector<std::int32_t>{3});
  return error;
}

template <class Edit>
std::string edit_error(Edit edit) {
  Graph graph = chain_graph();
  graph.add_node({0, 1, true});
  const NodeId next = graph.next_node();
  const std::string error = error_of([&] { edit(graph); });
  CHECK(graph.next_node() == next);
  graph.discard();
  CHECK(graph.csr().edges() == 3);
  return error;
}

TEST_CASE("edits at nodes and positions that do not exist are out of range", "[graph][errors]") {
  CHECK(edit_error([](Graph& g) { g.add_edge({0, 6}); }) ==
        "out_of_range: [Graph.add_edge] got node 6, expected 0 to 5");
  CHECK(edit_error([](Graph& g) { g.add_edge({-1, 1}); }) ==
        "out_of_range: [Graph.add_edge] got node -1, expected 0 to 5");
  CHECK(edit_error([](Graph& g) { g.add_edge({4, 1}); }) ==
        "out_of_range: [Graph.add_edge] node 4 was removed");
  CHECK(edit_error([](Graph& g) { g.remove_edge({4, 1}); }) ==
        "out_of_range: [Graph.remove_edge] node 4 was removed");
  CHECK(edit_error([](Graph& g) { g.remove_edge({5, 1}); }) ==
        "out_of_range: [Graph.remove_edge] node 5 is not committed yet, so nothing of it can be "
        "removed");
  CHECK(edit_error([](Graph& g) { g.remove_edge_at(3); }) ==
        "out_of_range: [Graph.remove_edge_at] got position 3, expected 0 to 2");
  CHECK(edit_error([](Graph& g) { g.remove_edge_at(-1); }) ==
        "out_of_range: [Graph.remove_edge_at] got position -1, expected 0 to 2");
  CHECK(edit_error([](Graph& g) { g.remove_node(4); }) ==
        "out_of_range: [Graph.remove_node] node 4 was removed");
  CHECK(edit_error([](Graph& g) { g.remove_node(9); }) ==
        "out_of_range: [Graph.remove_node] got node 9, expected 0 to 5");
}

TEST_CASE("edges that no graph may have are refused at once", "[graph][errors]") {
  CHECK(edit_error([](Graph& g) { g.add_edge({1, 0}); }) ==
        "invalid_argument: [Graph.add_edge] node 0 is an input, which takes no edges, but got one "
        "from node 1");
  CHECK(edit_error([](Graph& g) { g.add_edge({1, 5}); }) ==
        "invalid_argument: [Graph.add_edge] node 5 is an input, which takes no edges, but got one "
        "from node 1");
  CHECK(edit_error([](Graph& g) { g.add_edge({2, 2}); }) ==
        "invalid_argument: [Graph.add_edge] got an edge from node 2 to itself, expected two "
        "different nodes");
}

TEST_CASE("bad specs of nodes are refused at once", "[graph][errors]") {
  CHECK(edit_error([](Graph& g) { g.add_node({-1, 1, false}); }) ==
        "invalid_argument: [Graph.add_node] got group -1, expected 0 to 1048575");
  CHECK(edit_error([](Graph& g) { g.add_node({kMaxGroups, 1, true}); }) ==
        "invalid_argument: [Graph.add_node] got group 1048576, expected 0 to 1048575");
  CHECK(edit_error([](Graph& g) { g.add_node({0, 0, false}); }) ==
        "invalid_argument: [Graph.add_node] got min_level 0, expected 1 to 1048576");
  CHECK(edit_error([](Graph& g) { g.add_node({0, kMaxMinLevel + 1, false}); }) ==
        "invalid_argument: [Graph.add_node] got min_level 1048577, expected 1 to 1048576");
}

TEST_CASE("a duplicate edge is refused", "[graph][errors]") {
  Mutation there;
  there.added_edges = {{0, 3}, {1, 2}};
  CHECK(commit_error(there) == "invalid_argument: [Graph.commit] edge 1 -> 2 is there already");
  Mutation twice;
  twice.added_edges = {{0, 3}, {0, 2}, {0, 3}};
  CHECK(commit_error(twice) == "invalid_argument: [Graph.commit] edge 0 -> 3 is added twice");
  Mutation again;
  again.removed_edges = {{1, 2}};
  again.added_edges = {{1, 2}, {1, 2}};
  CHECK(commit_error(again) == "invalid_argument: [Graph.commit] edge 1 -> 2 is added twice");
}

TEST_CASE("the removal of an edge that is not there is refused", "[graph][errors]") {
  Mutation never;
  never.removed_edges = {{0, 1}, {0, 2}};
  CHECK(commit_error(never) ==
        "invalid_argument: [Graph.commit] edge 0 -> 2 is not there to be removed");
  Mutation only_added;  // removals come first
  only_added.added_edges = {{0, 2}};
  only_added.removed_edges = {{0, 2}};
  CHECK(commit_error(only_added) ==
        "invalid_argument: [Graph.commit] edge 0 -> 2 is not there to be removed");
}

TEST_CASE("the removal of an edge or node twice is refused", "[graph][errors]") {
  Mutation ends;
  ends.removed_edges = {{0, 1}, {0, 1}};
  CHECK(commit_error(ends) == "invalid_argument: [Graph.commit] edge 0 -> 1 is removed twice");
  Mutation positions;
  positions.removed_positions = {2, 2};
  CHECK(commit_error(positions) ==
        "invalid_argument: [Graph.commit] the edge at position 2 is removed twice");
  Mutation both;
  both.removed_edges = {{1, 2}};
  both.removed_positions = {1};
  CHECK(commit_error(both) == "invalid_argument: [Graph.commit] edge 1 -> 2 is removed twice");
  Mutation nodes;
  nodes.removed_nodes = {3, 3};
  CHECK(commit_error(nodes) == "invalid_argument: [Graph.commit] node 3 is removed twice");
}

TEST_CASE("an edge at a node that goes is refused", "[graph][errors]") {
  Mutation source;
  source.removed_nodes = {2};
  source.added_edges = {{2, 3}};
  CHECK(commit_error(source) ==
        "invalid_argument: [Graph.commit] edge 2 -> 3 is added at node 2, which is removed");
  Mutation target;
  target.removed_nodes = {3};
  target.added_edges = {{1, 3}};
  CHECK(commit_error(target) ==
        "invalid_argument: [Graph.commit] edge 1 -> 3 is added at node 3, which is removed");
}

TEST_CASE("a cycle is refused and one of its nodes named", "[graph][errors]") {
  Mutation edits;
  edits.added_edges = {{3, 1}};
  const std::string error = commit_error(edits);
  CHECK(error.find("invalid_argument: [Graph.commit] the edges close a cycle through node ") == 0);
  CHECK(std::string("123").find(error.back()) != std::string::npos);
}

TEST_CASE("a mutation is applied whole or not at all", "[graph][errors]") {
  Graph graph = chain_graph();
  graph.add_edge({0, 2});
  Mutation bad;
  bad.new_nodes = {{}, {}};
  bad.added_edges = {{0, 5}, {5, 6}};
  bad.removed_edges = {{0, 1}};
  bad.removed_positions = {2};
  bad.removed_nodes = {1, 4};
  CHECK(error_of([&] { graph.apply(bad); }) ==
        "out_of_range: [Graph.remove_node] node 4 was removed");
  CHECK(graph.next_node() == 5);
  CHECK(graph.commit().added == std::vector<std::int32_t>{2});
  CHECK(graph.csr().edges() == 4);
}

TEST_CASE("restore needs a snapshot", "[graph][errors]") {
  Graph graph = chain_graph();
  CHECK(error_of([&] { graph.restore(nullptr); }) ==
        "invalid_argument: [Graph.restore] got no snapshot");
  CHECK(graph.csr().edges() == 3);
}

TEST_CASE("there is a limit to the number of edges", "[graph][errors]") {
  CHECK_NOTHROW(require_edge_count(2147483647, "Graph.commit"));
  CHECK(error_of([] { require_edge_count(2147483648, "Graph.commit"); }) ==
        "invalid_argument: [Graph.commit] got 2147483648 edges, expected at most 2147483647");
}

TEST_CASE("a table that does not fit its pattern makes no graph", "[graph][errors]") {
  const Graph good = chain_graph();
  NodeTable nodes = good.nodes();
  const Pattern edges = good.csr().by_target;
  Pattern cycle{{0, 0, 1, 2, 3}, {3, 1, 2}};
  CHECK(error_of([&] {
          Graph(nodes, cycle);
        }).find("invalid_argument: [Graph] the edges close a cycle through node ") == 0);
  CHECK(error_of([&] { Graph(nodes, Pattern{{0, 0}, {}}); }) ==
        "invalid_argument: [Graph] got 1 rows of edges, expected one for each of 4 rows of nodes");
  CHECK(error_of([&] { Graph(nodes, Pattern{{0, 1, 1, 1, 1}, {2}}); }) ==
        "invalid_argument: [Graph] node 0 is an input and has 1 edges, expected none");
  CHECK(error_of([&] { Graph(nodes, Pattern{{0, 0, 2, 2, 2}, {0, 0}}); }) ==
        "invalid_argument: [Graph] row 1 has column 0 twice");
  CHECK(error_of([&] {
          Graph(nodes, Pattern{{0, 0, 1, 1, 1}, {1}});
        }).find("invalid_argument: [Graph] the edges close a cycle through node 1") == 0);
  std::swap(nodes.node[1], nodes.node[2]);
  CHECK(
      error_of([&] { Graph(nodes, edges); }) ==
      "invalid_argument: [Graph] the rows of the node table are not those that assign_rows gives");
  nodes = good.nodes();
  nodes.row.pop_back();
  CHECK(error_of([&] { Graph(nodes, edges); }) ==
        "invalid_argument: [Graph] got 4 rows for 5 nodes, expected one each");
  nodes = good.nodes();
  nodes.spec[2].min_level = 0;
  CHECK(error_of([&] { Graph(nodes, edges); }).find("invalid_argument: [Graph] ") == 0);
}

}  // namespace
}  // namespace sparsegrow::test
