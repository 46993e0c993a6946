#include "sparsegrow/graph/levels.h"

#include "catch.h"
#include "errors.h"
#include "graph_checks.h"

namespace sparsegrow::test {
namespace {

using Ints = std::vector<std::int32_t>;

Graph chain(std::int32_t length) {
  Graph graph;
  graph.add_node({0, 1, true});
  for (NodeId n = 1; n < length; ++n) {
    graph.add_node({});
    graph.add_edge({n - 1, n});
  }
  graph.commit();
  return graph;
}

void commit_and_check(Graph& graph, const Ints& expected) {
  graph.commit();
  CHECK(graph.csr().target_level == expected);
  CHECK(compute_levels(graph.nodes(), graph.csr().by_target, graph.csr().by_source) == expected);
}

TEST_CASE("levels follow the longest path from the inputs", "[levels]") {
  Graph graph = chain(5);
  CHECK(graph.csr().target_level == Ints{0, 1, 2, 3, 4});
  graph.add_edge({0, 4});
  commit_and_check(graph, {0, 1, 2, 3, 4});
}

TEST_CASE("min_level holds a node up, and what it feeds", "[levels]") {
  Graph graph;
  graph.add_node({0, 7, true});   // an input is at level 0 whatever its spec says,
  graph.add_node({0, -7, true});  // even nonsense
  graph.add_node({0, 4, false});
  graph.add_node({0, 2, false});
  graph.add_node({0, 3, false});
  graph.add_edge({0, 2});
  graph.add_edge({2, 3});
  commit_and_check(graph, {0, 0, 4, 5, 3});
  CHECK(graph.csr().target_plan.levels() == 6);
}

TEST_CASE("an added edge lifts everything behind it", "[levels]") {
  Graph graph = chain(4);
  const NodeId node = graph.add_node({});
  graph.add_edge({node, 1});
  commit_and_check(graph, {0, 2, 3, 4, 1});
  const NodeId lower = graph.add_node({0, 3, false});
  graph.add_edge({lower, node});
  commit_and_check(graph, {0, 5, 6, 7, 4, 3});
}

TEST_CASE("a removed edge lets everything behind it sink", "[levels]") {
  Graph graph = chain(5);
  graph.remove_edge({1, 2});
  commit_and_check(graph, {0, 1, 1, 2, 3});
  graph.add_edge({0, 3});
  graph.remove_edge({2, 3});
  commit_and_check(graph, {0, 1, 1, 1, 2});
}

TEST_CASE("a removed node lets what it fed sink", "[levels]") {
  Graph graph = chain(5);
  graph.remove_node(2);
  commit_and_check(graph, {0, 1, 1, 2});
}

TEST_CASE("one of two equal paths may go without a change", "[levels]") {
  Graph graph = chain(3);
  const NodeId node = graph.add_node({});
  graph.add_edge({0, node});
  graph.add_edge({node, 2});
  commit_and_check(graph, {0, 1, 2, 1});
  graph.remove_edge({1, 2});
  commit_and_check(graph, {0, 1, 2, 1});
}

TEST_CASE("an edge may turn round in one commit", "[levels]") {
  Graph graph = chain(3);
  graph.remove_edge({1, 2});
  graph.add_edge({2, 1});
  commit_and_check(graph, {0, 2, 1});
}

TEST_CASE("a long chain is no burden", "[levels]") {
  Graph graph = chain(200000);
  CHECK(graph.csr().target_level.back() == 199999);
  graph.remove_edge({0, 1});
  graph.remove_edge({1, 2});
  graph.commit();
  CHECK(graph.csr().target_level.back() == 199998);
  graph.add_edge({199999, 1});
  graph.commit();
  CHECK(graph.csr().target_level[1] == 199999);
}

TEST_CASE("a cycle is refused wherever it is", "[levels][errors]") {
  NodeTable nodes;
  nodes.spec.resize(6);
  assign_rows(nodes, std::vector<bool>(6, false));
  const Pattern by_target{{0, 0, 1, 3, 4, 5, 6}, {0, 1, 4, 2, 3, 4}};  // 2 -> 3 -> 4 -> 2 -> ..
  Pattern by_source;
  Ints position;
  transpose(by_target, 6, by_source, position);
  const std::string error = error_of([&] { compute_levels(nodes, by_target, by_source); });
  CHECK(error.find("invalid_argument: [compute_levels] the edges close a cycle through node ") ==
        0);
  CHECK(std::string("234").find(error.back()) != std::string::npos);
}

TEST_CASE("two new nodes may not close a cycle either", "[levels][errors]") {
  Graph graph = chain(2);
  const NodeId a = graph.add_node({0, 5, false}), b = graph.add_node({0, 9, false});
  graph.add_edge({a, b});
  graph.add_edge({b, a});
  CHECK(error_of([&] { graph.commit(); }).find("invalid_argument: [Graph.commit] ") == 0);
}

}  // namespace
}  // namespace sparsegrow::test
