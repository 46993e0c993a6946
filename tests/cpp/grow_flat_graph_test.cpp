// The whole graph over one array, edge by edge against the network's own tables.
#include <map>

#include "catch.h"
#include "grow_cases.h"
#include "sparsegrow/grow/flat_graph.h"
#include "sparsegrow/grow/step_traffic.h"

namespace sparsegrow::test {
namespace {

std::vector<std::int32_t> row_of(const FlatGraph& flat, std::int32_t row) {
  const auto r = static_cast<std::size_t>(row);
  return {flat.by_target.column.begin() + flat.by_target.row_begin[r],
          flat.by_target.column.begin() + flat.by_target.row_begin[r + 1]};
}

// A trained network with all kinds of edges, some of them pruned.
std::shared_ptr<CharNet> grown() {
  auto net = embryo(DType::f32);
  CharTrainer trainer(net, short_text(), small_steps());
  Rng rng(5);
  for (int round = 0; round < 4; ++round) {
    trainer.train(30, 1);
    trainer.grow(random_proposals(trainer, rng, round == 3));
  }
  return net;
}

}  // namespace

TEST_CASE("the embryo's whole graph") {
  const FlatGraph flat = flat_graph(*embryo(DType::f32));
  CHECK(flat.first_pattern == 196);
  CHECK(flat.first_neuron == 197);  // the root pattern, the empty string, has a place
  CHECK(flat.places() == 197 + 98 + 98);
  for (std::int32_t s = 0; s < 98; ++s) {
    const auto inputs = row_of(flat, s);
    REQUIRE(inputs.size() == 196);
    CHECK(inputs.front() == 0);
    CHECK(inputs.back() == 195);
    CHECK(row_of(flat, 98 + s) == std::vector<std::int32_t>{197 + s});
  }
}

TEST_CASE("a grown network's whole graph has all its edges and no pruned one") {
  const auto net = grown();
  REQUIRE(net->wiring().closed > 0);
  REQUIRE(net->patterns().edges() > 0);
  const FlatGraph flat = flat_graph(*net);
  require_pattern(flat.by_target, flat.places(), "test");
  CHECK(flat.by_target.edges() == net->edges());
  CHECK(flat.level == net->csr().target_level);
  std::int64_t inputs = 0, patterns = 0;
  for (const std::int32_t column : flat.by_target.column) {
    inputs += column < flat.first_pattern;
    patterns += column >= flat.first_pattern && column < flat.first_neuron;
  }
  CHECK(inputs == net->wiring().input_edges());
  CHECK(patterns == net->patterns().edges());
}

TEST_CASE("pattern edges of the whole graph are those of the pattern table") {
  const auto net = grown();
  const FlatGraph flat = flat_graph(*net);
  for (std::int32_t s = 0; s < kVocabulary; ++s) {
    for (const std::int32_t column : row_of(flat, net->first_output() + s)) {
      if (column < flat.first_pattern || column >= flat.first_neuron) continue;
      REQUIRE(net->patterns().has_edge(column - flat.first_pattern, s));
    }
  }
}

TEST_CASE("a step moves the more, the more there is") {
  const auto before = embryo(DType::f32), after = grown();
  const auto traffic_of = [](const CharNet& net) {
    CharBatch batch;
    const std::vector<std::int64_t> start{0, 300, 600, 900, 1200, 1500, 1800, 2100};
    read_batch(short_text(), start, 6, net.positions(), net.patterns(), batch);
    return step_traffic(net, batch);
  };
  const StepTraffic small = traffic_of(*before), large = traffic_of(*after);
  // 98 edges to outputs; 20 different symbols at most at each of two positions, one neuron each.
  CHECK(small.edges >= 98 * 100 + 98 * 2 * 10 * 48);
  CHECK(small.edges <= 98 * 100 + 98 * 2 * 20 * 48);
  CHECK(small.panels == std::int64_t{14} * 4 * 196 * 48);
  CHECK(large.edges > small.edges);
  CHECK(large.panels > small.panels);
}

}  // namespace sparsegrow::test
