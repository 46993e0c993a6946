// Graphs grown node by node: who may be wired to whom, and what renaming must not change.
#include <algorithm>
#include <set>

#include "catch.h"
#include "errors.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/locality/line_profile.h"
#include "sparsegrow/locality/synthetic.h"

namespace sparsegrow::test {
namespace {

std::vector<std::int32_t> row_of(const Pattern& pattern, std::int32_t row) {
  const auto r = static_cast<std::size_t>(row);
  return {pattern.column.begin() + pattern.row_begin[r],
          pattern.column.begin() + pattern.row_begin[r + 1]};
}

// Nodes per sub-DAG where they divide evenly.
constexpr std::int32_t kSize = 500;
const SyntheticGraph kGraph{4 * kSize, 4, 40, 80, 0.9, 7};

}  // namespace

TEST_CASE("a synthetic node is wired to older nodes of its sub-DAG, each once") {
  const Pattern pattern = synthetic(kGraph);
  require_pattern(pattern, kGraph.nodes, "test");
  REQUIRE(pattern.rows() == kGraph.nodes);
  for (std::int32_t node = 0; node < kGraph.nodes; ++node) {
    const auto row = row_of(pattern, node);
    const std::int32_t first = node / kSize * kSize;
    REQUIRE(static_cast<std::int32_t>(row.size()) == std::min(kGraph.fan_in, node - first));
    REQUIRE(std::is_sorted(row.begin(), row.end()));
    REQUIRE((row.empty() || (row.front() >= first && row.back() < node)));
  }
}

TEST_CASE("nine tenths of a synthetic node's edges lead to the latest nodes") {
  const Pattern pattern = synthetic(kGraph);
  for (std::int32_t node = 0; node < kGraph.nodes; ++node) {
    if (node % kSize < kGraph.window + kGraph.fan_in) continue;  // both sides can give enough
    const auto row = row_of(pattern, node);
    const auto recent = std::count_if(row.begin(), row.end(), [&](std::int32_t source) {
      return source >= node - kGraph.window;
    });
    REQUIRE(recent == 36);
  }
}

TEST_CASE("without bias a synthetic node's edges lead anywhere alike") {
  SyntheticGraph graph{20000, 1, 10, 80, 0, 3};
  const Pattern pattern = synthetic(graph);
  std::int64_t older_half = 0, all = 0;
  for (std::int32_t node = 10000; node < graph.nodes; ++node) {
    for (const std::int32_t source : row_of(pattern, node)) {
      older_half += source < node / 2;
      ++all;
    }
  }
  CHECK(static_cast<double>(older_half) / static_cast<double>(all) == Approx(0.5).margin(0.01));
}

TEST_CASE("uneven sub-DAGs differ by one node") {
  const Pattern pattern = synthetic({11, 3, 100, 80, 0.9, 0});
  std::vector<std::int32_t> firsts;
  for (std::int32_t node = 0; node < 11; ++node) {
    if (row_of(pattern, node).empty()) firsts.push_back(node);
  }
  CHECK(firsts == std::vector<std::int32_t>{0, 4, 8});
}

TEST_CASE("synthetic graphs follow from their seed alone") {
  const int before = num_threads();
  set_num_threads(1);
  const Pattern one = synthetic(kGraph);
  set_num_threads(4);
  CHECK(synthetic(kGraph).column == one.column);
  set_num_threads(before);
  SyntheticGraph other = kGraph;
  other.seed = 8;
  CHECK(synthetic(other).column != one.column);
}

TEST_CASE("renaming and renaming back gives the same graph") {
  const Pattern pattern = synthetic(kGraph);
  const auto place = random_order(kGraph.nodes, 1);
  std::vector<std::int32_t> back(place.size());
  for (std::size_t i = 0; i < place.size(); ++i) {
    back[static_cast<std::size_t>(place[i])] = static_cast<std::int32_t>(i);
  }
  const Pattern renamed = relabelled(pattern, place);
  CHECK(renamed.column != pattern.column);
  const Pattern again = relabelled(renamed, back);
  CHECK(again.row_begin == pattern.row_begin);
  CHECK(again.column == pattern.column);
}

TEST_CASE("renaming by hand") {
  const Pattern pattern{{0, 0, 1, 3}, {0, 0, 1}};  // 0 -> 1, 0 -> 2, 1 -> 2
  const Pattern renamed = relabelled(pattern, {2, 0, 1});
  CHECK(renamed.row_begin == std::vector<std::int32_t>{0, 1, 3, 3});
  CHECK(renamed.column == std::vector<std::int32_t>{2, 0, 2});
}

TEST_CASE("a random order is a permutation") {
  auto order = random_order(1000, 5);
  CHECK(std::set<std::int32_t>(order.begin(), order.end()).size() == 1000);
  CHECK(*std::min_element(order.begin(), order.end()) == 0);
  CHECK(*std::max_element(order.begin(), order.end()) == 999);
  CHECK(!std::is_sorted(order.begin(), order.end()));
  CHECK(random_order(0, 5).empty());
}

TEST_CASE("creation order touches fewer lines than random wiring, and that fewer than shuffling") {
  SyntheticGraph graph = kGraph;
  const Pattern temporal = synthetic(graph);
  graph.bias = 0;
  const double lines = line_profile(temporal).lines_per_group();
  const double random = line_profile(synthetic(graph)).lines_per_group();
  const double shuffled =
      line_profile(relabelled(temporal, random_order(graph.nodes, 0))).lines_per_group();
  CHECK(lines < random);
  CHECK(random < shuffled);
}

TEST_CASE("synthetic graphs and names that cannot be are refused") {
  const auto refused = [](SyntheticGraph graph) { return error_of([&] { synthetic(graph); }); };
  CHECK(refused({0, 1, 1, 1, 0.9, 0}) ==
        "invalid_argument: [synthetic] nodes: got 0, expected at least 1");
  CHECK(refused({4, 5, 1, 1, 0.9, 0}) ==
        "invalid_argument: [synthetic] sub_dags: got 5, expected 1 to 4");
  CHECK(refused({4, 1, 0, 1, 0.9, 0}) ==
        "invalid_argument: [synthetic] fan_in: got 0, expected at least 1");
  CHECK(refused({4, 1, 1, 0, 0.9, 0}) ==
        "invalid_argument: [synthetic] window: got 0, expected at least 1");
  CHECK(refused({4, 1, 1, 1, 1.1, 0}) ==
        "invalid_argument: [synthetic] bias: got 1.1, expected 0 to 1");
  const Pattern pattern = synthetic({4, 1, 1, 1, 0.9, 0});
  CHECK(error_of([&] { relabelled(pattern, {0, 1, 2}); }) ==
        "invalid_argument: [relabelled] got 3 places for 4 nodes");
  CHECK(error_of([&] { relabelled(pattern, {0, 1, 2, 2}); }) ==
        "invalid_argument: [relabelled] place 2 is outside 0..3 or taken twice");
}

}  // namespace sparsegrow::test
