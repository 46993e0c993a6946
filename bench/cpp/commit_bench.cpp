// What a change of topology costs: one commit into a layered graph of 1 and of 10 million edges.
// The result is checked before it is timed. Medians are printed beside Catch2's means.
#include <algorithm>
#include <chrono>
#include <iostream>

#include "catch.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/graph/graph.h"
#include "sparsegrow/graph/levels.h"

namespace sparsegrow {
namespace {

constexpr std::int32_t kLayers = 10;

std::int32_t draw(Rng& rng, std::int32_t bound) {
  return static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(bound)));
}

// `count` different rows of [0, bound), in the order of the draws.
void append_distinct(Rng& rng, std::int32_t bound, std::int32_t count, std::int32_t target,
                     std::vector<std::int32_t>& last_target, std::vector<std::int32_t>& out) {
  for (std::int32_t made = 0; made < count;) {
    const std::int32_t source = draw(rng, bound);
    if (last_target[source] == target) continue;
    last_target[source] = target;
    out.push_back(source);
    ++made;
  }
}

// Layers of equal width; each row but the inputs has sources in any of the layers below.
Graph layered_graph(std::int32_t rows, std::int32_t edges) {
  const std::int32_t width = rows / kLayers;
  NodeTable nodes;
  for (std::int32_t r = 0; r < rows; ++r) {
    nodes.spec.push_back({r / width, std::max(1, r / width), r < width});
  }
  assign_rows(nodes, std::vector<bool>(nodes.spec.size(), false));
  Pattern pattern;
  Rng rng(1, stream_id(1));
  std::vector<std::int32_t> last_target(nodes.spec.size(), -1);
  for (std::int32_t r = 0; r < rows; ++r) {
    const std::int32_t below = r / width * width;
    const std::int32_t degree = r < width ? 0 : edges / (rows - width);
    append_distinct(rng, below, degree, r, last_target, pattern.column);
    pattern.row_begin.push_back(static_cast<std::int32_t>(pattern.column.size()));
  }
  return Graph(std::move(nodes), std::move(pattern));
}

bool has_edge(const Graph& graph, EdgeEnds edge) {
  const auto& in = graph.csr().by_target;
  const auto first = in.column.begin() + in.row_begin[edge.target];
  const auto last = in.column.begin() + in.row_begin[edge.target + 1];
  return std::find(first, last, edge.source) != last;
}

// New edges between rows that had none, from any layer into any above it. Ids are rows here.
void queue_random_edges(Graph& graph, std::int32_t count) {
  Rng rng(2, stream_id(2));
  std::vector<std::pair<NodeId, NodeId>> seen;
  const std::int32_t rows = graph.csr().targets();
  const std::int32_t width = rows / kLayers;
  while (static_cast<std::int32_t>(seen.size()) < count) {
    const NodeId target = width + draw(rng, rows - width);
    const NodeId source = draw(rng, target / width * width);
    const std::pair<NodeId, NodeId> ends(source, target);
    if (has_edge(graph, {source, target})) continue;
    if (std::find(seen.begin(), seen.end(), ends) != seen.end()) continue;
    seen.push_back(ends);
    graph.add_edge({source, target});
  }
}

// A wider middle layer: every row above it moves, so every column must be renamed.
void queue_new_nodes(Graph& graph, std::int32_t count) {
  const std::int32_t width = graph.csr().targets() / kLayers;
  for (std::int32_t i = 0; i < count; ++i) {
    const NodeId node = graph.add_node({kLayers / 2, kLayers / 2, false});
    graph.add_edge({i, node});
    graph.add_edge({node, (kLayers - 1) * width + i});
  }
}

// As dynamic sparse training does: 30 of 100 edges go, as many come.
void queue_exchange(Graph& graph) {
  const auto& in = graph.csr().by_target;
  for (std::int32_t r = 0; r < in.rows(); ++r) {
    for (std::int32_t p = in.row_begin[r]; p < in.row_begin[r + 1]; ++p) {
      if (p % 10 >= 3) continue;
      graph.remove_edge_at(p);
      graph.add_edge({in.column[p], r});
    }
  }
}

bool carries_all(const Csr& old, const Csr& next, const Remap& remap) {
  std::int64_t kept = 0;
  for (std::int32_t r = 0; r < next.targets(); ++r) {
    for (std::int32_t p = next.by_target.row_begin[r]; p < next.by_target.row_begin[r + 1]; ++p) {
      if (remap.edge[p] == kNew) continue;
      const std::int32_t old_source = old.by_target.column[remap.edge[p]];
      if (remap.row[next.by_target.column[p]] != old_source) return false;
      ++kept;
    }
  }
  return kept + static_cast<std::int64_t>(remap.added.size()) == next.edges();
}

bool is_right(Graph graph) {
  const Graph::Snapshot before = graph.snapshot();
  const Remap remap = graph.commit();
  const Csr& csr = graph.csr();
  Pattern by_source;
  std::vector<std::int32_t> position;
  transpose(csr.by_target, csr.sources(), by_source, position);
  return by_source.column == csr.by_source.column && position == csr.position &&
         by_source.row_begin == csr.by_source.row_begin &&
         csr.target_level == compute_levels(graph.nodes(), csr.by_target, csr.by_source) &&
         carries_all(before->csr, csr, remap);
}

void time_commit(const std::string& name, const Graph& loaded) {
  using Clock = std::chrono::steady_clock;
  REQUIRE(is_right(loaded));
  const int threads_before = num_threads();
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    std::vector<double> samples;
    BENCHMARK_ADVANCED(name + ", threads: " + std::to_string(threads))
    (Catch::Benchmark::Chronometer meter) {
      std::vector<Graph> graphs(static_cast<std::size_t>(meter.runs()), loaded);
      meter.measure([&](int i) {
        const Clock::time_point start = Clock::now();
        Remap remap = graphs[static_cast<std::size_t>(i)].commit();
        samples.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        return remap.edge.size();
      });
    };
    if (samples.empty()) continue;
    std::nth_element(samples.begin(), samples.begin() + samples.size() / 2, samples.end());
    std::cout << name << ", threads: " << threads << ", median " << samples[samples.size() / 2]
              << " ms\n";
  }
  set_num_threads(threads_before);
}

void time_all(const std::string& size, std::int32_t rows, std::int32_t edges) {
  const Graph graph = layered_graph(rows, edges);
  Graph loaded = graph;
  queue_random_edges(loaded, 1000);
  time_commit("1,000 new edges into " + size, loaded);
  loaded = graph;
  queue_new_nodes(loaded, 100);
  time_commit("100 new nodes into " + size, loaded);
  loaded = graph;
  queue_exchange(loaded);
  time_commit("30 % exchanged of " + size, loaded);
}

}  // namespace

TEST_CASE("commit into 1 million edges", "[!benchmark][commit]") {
  time_all("1 million", 20000, 1000000);
}

TEST_CASE("commit into 10 million edges", "[!benchmark][commit][large]") {
  time_all("10 million", 100000, 10000000);
}

}  // namespace sparsegrow
