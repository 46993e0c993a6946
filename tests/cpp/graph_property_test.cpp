// Random edits, commits, discards, snapshots and restores against the plain model.
#include "catch.h"
#include "graph_checks.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/base/rng.h"

namespace sparsegrow::test {
namespace {

class Driver {
 public:
  explicit Driver(std::uint64_t seed) : rng_(seed, stream_id(7)) {
    faulty_ = below(4) == 0;
    Mutation start;
    for (int n = 0; n < 5 + below(30); ++n) start.new_nodes.push_back(random_spec());
    add_edges(start, below(120));
    step(start);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      if (below(6) == 0) return_to_snapshot();
      if (below(6) == 0) keep_snapshot();
      step(random_edits());
    }
  }

 private:
  struct Kept {
    Graph::Snapshot snapshot;
    Csr copy;
    Model model;
    std::vector<std::int64_t> edge_payload;
    std::vector<std::int64_t> row_payload;
  };

  int below(int bound) { return static_cast<int>(rng_.below(static_cast<std::uint64_t>(bound))); }

  NodeSpec random_spec() { return {below(4), 1 + below(3), below(5) == 0}; }

  const NodeSpec& spec_of(const Mutation& m, NodeId n) const {
    const auto known = static_cast<NodeId>(model_.spec.size());
    return n < known ? model_.spec[n] : m.new_nodes[n - known];
  }

  std::vector<NodeId> usable_nodes(const Mutation& m) const {
    std::vector<NodeId> nodes = model_.live_nodes();
    for (std::size_t i = 0; i < m.new_nodes.size(); ++i) {
      nodes.push_back(static_cast<NodeId>(model_.spec.size() + i));
    }
    return nodes;
  }

  // Edges run mostly from lower to higher ids, so that some commits close a cycle and most do not.
  void add_edges(Mutation& m, int count) {
    const std::vector<NodeId> nodes = usable_nodes(m);
    std::set<std::pair<NodeId, NodeId>> seen;
    for (int i = 0; i < count && !nodes.empty(); ++i) {
      EdgeEnds edge{nodes[below(static_cast<int>(nodes.size()))],
                    nodes[below(static_cast<int>(nodes.size()))]};
      const bool backwards = faulty_ && below(40) == 0;
      if ((edge.source > edge.target) != backwards) std::swap(edge.source, edge.target);
      if (edge.source == edge.target || spec_of(m, edge.target).input) continue;
      const bool known = edge.target < static_cast<NodeId>(model_.in.size()) && model_.has(edge);
      if (!faulty_ && (known || !seen.insert({edge.source, edge.target}).second)) continue;
      m.added_edges.push_back(edge);
    }
  }

  void remove_edges(Mutation& m, int count) {
    const std::vector<EdgeEnds> edges = model_.edges();
    std::set<int> seen;
    for (int i = 0; i < count && !edges.empty(); ++i) {
      const int p = below(static_cast<int>(edges.size()));
      if (!faulty_ && !seen.insert(p).second) continue;
      if (below(2) == 0) {
        m.removed_positions.push_back(p);
      } else {
        m.removed_edges.push_back(edges[p]);
      }
      if (below(4) == 0) m.added_edges.push_back(edges[p]);  // comes back, last in its row
    }
  }

  void remove_nodes(Mutation& m, int count) {
    const std::vector<NodeId> nodes = model_.live_nodes();
    std::set<NodeId> gone;
    for (int i = 0; i < count && nodes.size() > 3; ++i) {
      const NodeId node = nodes[below(static_cast<int>(nodes.size()))];
      if (gone.insert(node).second) m.removed_nodes.push_back(node);
    }
    if (faulty_) return;
    auto& added = m.added_edges;
    const auto touches_gone = [&](EdgeEnds e) {
      return gone.count(e.source) + gone.count(e.target) > 0;
    };
    added.erase(std::remove_if(added.begin(), added.end(), touches_gone), added.end());
  }

  Mutation random_edits() {
    Mutation m;
    faulty_ = below(5) == 0;
    if (below(2) == 0) {
      for (int n = below(6); n > 0; --n) m.new_nodes.push_back(random_spec());
    }
    if (below(3) > 0) add_edges(m, below(60));
    if (below(3) > 0) remove_edges(m, below(20));
    if (below(4) == 0) remove_nodes(m, below(4));
    return m;
  }

  void step(const Mutation& m) {
    graph_.apply(m);
    const bool forget = below(10) == 0;
    if (forget) {
      graph_.discard();
    } else if (std::optional<Model> next = edited(model_, m)) {
      commit(std::move(*next), m);
    } else {
      refuse();
    }
    REQUIRE_FALSE(graph_.has_edits());
    REQUIRE(graph_error(graph_, model_) == "");
    require_payloads();
  }

  void refuse() {
    const Graph::Snapshot before = graph_.snapshot();
    const Csr copy = graph_.csr();
    for (int twice = 0; twice < 2; ++twice) {
      REQUIRE_THROWS_AS(graph_.commit(), std::invalid_argument);
      REQUIRE(graph_.has_edits());
      REQUIRE(graph_.snapshot() == before);
      REQUIRE(same(graph_.csr(), copy));
    }
    graph_.discard();
    ++refused_;
  }

  void commit(Model next, const Mutation& m) {
    const std::vector<std::int64_t> old_edges = edge_payload_, old_rows = row_payload_;
    const Remap remap = graph_.commit();
    REQUIRE(remap.old_edges == static_cast<std::int32_t>(old_edges.size()));
    REQUIRE(remap.old_rows == static_cast<std::int32_t>(old_rows.size()));
    REQUIRE(remap.added.size() == m.added_edges.size());
    for (std::size_t i = 0; i < remap.added.size(); ++i) {
      if (!is_at(remap.added[i], m.added_edges[i])) FAIL("added edge " << i << " is elsewhere");
    }
    model_ = std::move(next);
    carry(remap.edge, old_edges, edge_payload_);
    carry(remap.row, old_rows, row_payload_);
    name_new_payloads();
    ++committed_;
  }

  bool is_at(std::int32_t position, EdgeEnds edge) const {
    const Csr& csr = graph_.csr();
    const std::int32_t row = graph_.nodes().row[edge.target];
    return position >= csr.by_target.row_begin[row] &&
           position < csr.by_target.row_begin[row + 1] &&
           csr.by_target.column[position] == graph_.nodes().row[edge.source];
  }

  static void carry(const std::vector<std::int32_t>& from, const std::vector<std::int64_t>& old,
                    std::vector<std::int64_t>& now) {
    now.assign(from.size(), kNew);
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (from[i] != kNew) now[i] = old[from[i]];
    }
  }

  // What the model says is new must be new in the remap; then both get the same fresh payload.
  void name_new_payloads() {
    std::size_t p = 0;
    for (const NodeId node : model_.live_nodes()) {
      for (ModelEdge& edge : model_.in[node]) {
        if (edge.payload != edge_payload_[p]) FAIL("payload of position " << p);
        if (edge.payload == kNew) edge.payload = edge_payload_[p] = ++last_payload_;
        ++p;
      }
    }
    const std::vector<NodeId> live = model_.live_nodes();
    for (std::size_t r = 0; r < live.size(); ++r) {
      if (row_payload_[r] == kNew) row_payload_[r] = live[r];
    }
  }

  void require_payloads() const {
    std::vector<std::int64_t> expected;
    const std::vector<NodeId> live = model_.live_nodes();
    for (const NodeId node : live) {
      for (const ModelEdge& edge : model_.in[node]) expected.push_back(edge.payload);
    }
    REQUIRE(edge_payload_ == expected);
    REQUIRE(row_payload_ == std::vector<std::int64_t>(live.begin(), live.end()));
  }

  void keep_snapshot() {
    kept_.push_back({graph_.snapshot(), graph_.csr(), model_, edge_payload_, row_payload_});
  }

  void return_to_snapshot() {
    if (kept_.empty()) return;
    const Kept& kept = kept_[below(static_cast<int>(kept_.size()))];
    graph_.add_node({});  // a queued edit that the restore must drop
    graph_.restore(kept.snapshot);
    model_ = kept.model;
    edge_payload_ = kept.edge_payload;
    row_payload_ = kept.row_payload;
    REQUIRE_FALSE(graph_.has_edits());
    REQUIRE(same(graph_.csr(), kept.copy));
    REQUIRE(graph_error(graph_, model_) == "");
  }

  Rng rng_;
  Graph graph_;
  Model model_;
  std::vector<std::int64_t> edge_payload_, row_payload_;
  std::vector<Kept> kept_;
  std::int64_t last_payload_ = 0;
  bool faulty_ = false;

 public:
  int committed_ = 0, refused_ = 0;
};

TEST_CASE("a graph under random edits is what the plain model says", "[graph][property]") {
  const int threads = num_threads();
  int committed = 0, refused = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    INFO("seed " << seed);
    set_num_threads(1 + static_cast<int>(seed % 3));
    Driver driver(seed);
    driver.run(25);
    committed += driver.committed_;
    refused += driver.refused_;
  }
  set_num_threads(threads);
  CHECK(committed > 600);
  CHECK(refused > 60);
}

}  // namespace
}  // namespace sparsegrow::test
