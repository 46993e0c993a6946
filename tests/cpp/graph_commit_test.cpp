#include "catch.h"
#include "graph_checks.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/base/rng.h"

namespace sparsegrow::test {
namespace {

using Ints = std::vector<std::int32_t>;

// Inputs 0 and 1, hidden 2 and 3, output 4: 0->2, 1->2, 1->3, 2->4, 3->4 at positions 0 to 4.
Graph small_graph() {
  Graph graph;
  graph.add_node({0, 1, true});
  graph.add_node({0, 1, true});
  graph.add_node({1, 1, false});
  graph.add_node({1, 1, false});
  graph.add_node({2, 2, false});
  for (const EdgeEnds edge : {EdgeEnds{0, 2}, {1, 2}, {1, 3}, {2, 4}, {3, 4}}) graph.add_edge(edge);
  graph.commit();
  return graph;
}

// 20 layers of 50, each row with up to 60 sources below it: both kernels, several blocks and runs.
Graph wide_graph() {
  Graph graph;
  Rng rng(3);
  for (std::int32_t n = 0; n < 1000; ++n) {
    graph.add_node({n / 50, std::max(1, n / 50), n < 50});
    std::set<std::uint64_t> sources;
    if (n >= 50) {
      for (std::uint64_t k = rng.below(60); k > 0; --k) sources.insert(rng.below(n / 50 * 50));
    }
    for (const std::uint64_t s : sources) graph.add_edge({static_cast<NodeId>(s), n});
  }
  graph.commit();
  return graph;
}

// Removes a third of the edges, some nodes, and adds nodes and edges everywhere.
void queue_much(Graph& graph) {
  const Csr& csr = graph.csr();
  for (std::int32_t p = 0; p < csr.edges(); p += 3) graph.remove_edge_at(p);
  for (const NodeId node : {60, 61, 500, 999}) graph.remove_node(node);
  for (std::int32_t i = 0; i < 100; ++i) {
    const NodeId node = graph.add_node({i % 20, std::max(1, i % 20), false});
    graph.add_edge({i % 50, node});
    if (i % 20 < 18) graph.add_edge({node, 950 + i % 49});
  }
}

TEST_CASE("an empty graph has no rows and takes edits", "[graph]") {
  Graph graph;
  CHECK(graph.csr().targets() == 0);
  CHECK(graph.csr().sources() == 0);
  CHECK(graph.csr().edges() == 0);
  CHECK(graph.nodes().rows() == 0);
  CHECK(graph.nodes().groups() == 0);
  CHECK(graph.csr().target_plan.levels() == 0);
  CHECK(graph.commit().edge.empty());
  CHECK(graph.add_node({0, 1, true}) == 0);
  CHECK(graph.add_node({}) == 1);
  graph.add_edge({0, 1});
  CHECK(graph.nodes().rows() == 0);
  const Remap remap = graph.commit();
  CHECK(remap.edge == Ints{kNew});
  CHECK(remap.row == Ints{kNew, kNew});
  CHECK(remap.added == Ints{0});
  CHECK(graph.csr().target_level == Ints{0, 1});
}

TEST_CASE("the last node may go", "[graph]") {
  Graph graph;
  graph.add_node({});
  graph.commit();
  graph.remove_node(0);
  const Remap remap = graph.commit();
  CHECK(remap.row.empty());
  CHECK(remap.old_rows == 1);
  CHECK(graph.csr().targets() == 0);
  CHECK(graph.next_node() == 1);
  CHECK(graph.add_node({}) == 1);
  graph.commit();
  CHECK(graph.nodes().row == Ints{-1, 0});
}

TEST_CASE("edges stand in order of creation in their rows", "[graph]") {
  Graph graph = small_graph();
  CHECK(graph.csr().by_target.row_begin == Ints{0, 0, 0, 2, 3, 5});
  CHECK(graph.csr().by_target.column == Ints{0, 1, 1, 2, 3});
  CHECK(graph.csr().by_source.row_begin == Ints{0, 1, 3, 4, 5, 5});
  CHECK(graph.csr().by_source.column == Ints{2, 2, 3, 4, 4});
  CHECK(graph.csr().position == Ints{0, 1, 2, 3, 4});
  graph.add_edge({0, 4});
  graph.add_edge({0, 3});
  graph.add_edge({1, 4});
  const Remap remap = graph.commit();
  CHECK(graph.csr().by_target.column == Ints{0, 1, 1, 0, 2, 3, 0, 1});
  CHECK(remap.edge == Ints{0, 1, 2, kNew, 3, 4, kNew, kNew});
  CHECK(remap.added == Ints{6, 3, 7});
  CHECK(remap.old_edges == 5);
  CHECK(transpose_error(graph.csr()) == "");
}

TEST_CASE("an edge that is removed and added again is a new one, last in its row", "[graph]") {
  Graph graph = small_graph();
  graph.add_edge({0, 2});  // the order of the calls does not matter
  graph.remove_edge({0, 2});
  const Remap remap = graph.commit();
  CHECK(graph.csr().by_target.column == Ints{1, 0, 1, 2, 3});
  CHECK(remap.edge == Ints{1, kNew, 2, 3, 4});
  CHECK(remap.added == Ints{1});
}

TEST_CASE("a removed node takes its edges along and its id is never used again", "[graph]") {
  Graph graph = small_graph();
  graph.remove_node(2);
  graph.remove_edge({0, 2});  // of the same node: by its ends,
  graph.remove_edge_at(3);    // and by its position
  const NodeId node = graph.add_node({0, 1, false});
  graph.add_edge({0, node});
  const Remap remap = graph.commit();
  CHECK(node == 5);
  CHECK(graph.nodes().node == Ints{0, 1, 5, 3, 4});
  CHECK(graph.nodes().row == Ints{0, 1, -1, 3, 4, 2});
  CHECK(graph.nodes().group_begin == Ints{0, 3, 4, 5});
  CHECK(remap.row == Ints{0, 1, kNew, 3, 4});
  CHECK(remap.edge == Ints{kNew, 2, 4});
  CHECK(transpose_error(graph.csr()) == "");
}

TEST_CASE("growth appends at the end of a group and moves the rows behind it", "[graph]") {
  Graph graph = small_graph();
  const NodeId node = graph.add_node({1, 1, false});
  graph.add_edge({0, node});
  graph.add_edge({node, 4});
  const Remap remap = graph.commit();
  CHECK(graph.nodes().node == Ints{0, 1, 2, 3, node, 4});
  CHECK(remap.row == Ints{0, 1, 2, 3, kNew, 4});
  CHECK(graph.csr().by_target.column == Ints{0, 1, 1, 0, 2, 3, 4});
  CHECK(remap.edge == Ints{0, 1, 2, kNew, 3, 4, kNew});
}

TEST_CASE("a commit without edits changes nothing", "[graph]") {
  Graph graph = small_graph();
  const Graph::Snapshot before = graph.snapshot();
  const Remap remap = graph.commit();
  CHECK(graph.snapshot() == before);
  CHECK(remap.edge == Ints{0, 1, 2, 3, 4});
  CHECK(remap.row == Ints{0, 1, 2, 3, 4});
  CHECK(remap.added.empty());
  CHECK(remap.old_edges == 5);
  CHECK(remap.old_rows == 5);
}

TEST_CASE("edits wait for commit and discard forgets them", "[graph]") {
  Graph graph = small_graph();
  const Graph::Snapshot before = graph.snapshot();
  CHECK_FALSE(graph.has_edits());
  graph.remove_edge_at(0);
  CHECK(graph.add_node({}) == 5);
  CHECK(graph.next_node() == 6);
  CHECK(graph.has_edits());
  CHECK(graph.snapshot() == before);
  graph.discard();
  CHECK_FALSE(graph.has_edits());
  CHECK(graph.next_node() == 5);
}

TEST_CASE("restore brings a state back exactly and drops the queue", "[graph]") {
  Graph graph = wide_graph();
  const Graph::Snapshot before = graph.snapshot();
  const Csr copy = graph.csr();
  queue_much(graph);
  graph.commit();
  CHECK_FALSE(same(graph.csr(), copy));
  graph.add_node({});
  graph.restore(before);
  CHECK_FALSE(graph.has_edits());
  CHECK(graph.snapshot() == before);
  CHECK(same(graph.csr(), copy));
  CHECK(graph.next_node() == 1000);
}

TEST_CASE("a commit is the same for any number of threads", "[graph]") {
  const int threads = num_threads();
  const Graph start = wide_graph();
  Csr first;
  Remap first_remap;
  for (const int count : {1, 2, 5}) {
    set_num_threads(count);
    Graph graph = start;
    queue_much(graph);
    const Remap remap = graph.commit();
    if (count == 1) {
      first = graph.csr();
      first_remap = remap;
    }
    CHECK(same(graph.csr(), first));
    CHECK(remap.edge == first_remap.edge);
    CHECK(remap.row == first_remap.row);
    CHECK(remap.added == first_remap.added);
    CHECK(transpose_error(graph.csr()) == "");
  }
  set_num_threads(threads);
}

TEST_CASE("a graph made from a table and a pattern is the one that grew", "[graph]") {
  Graph grown = wide_graph();
  queue_much(grown);
  grown.commit();
  const Graph made(grown.nodes(), grown.csr().by_target);
  CHECK(same(made.csr(), grown.csr()));
  CHECK(made.nodes().node == grown.nodes().node);
  CHECK(made.next_node() == grown.next_node());
}

TEST_CASE("a copy of a graph goes its own way", "[graph]") {
  Graph graph = small_graph();
  graph.remove_edge_at(0);
  Graph copy = graph;
  copy.commit();
  CHECK(copy.csr().edges() == 4);
  CHECK(graph.csr().edges() == 5);
  CHECK(graph.has_edits());
}

}  // namespace
}  // namespace sparsegrow::test
