#include <set>

#include "errors.h"
#include "sparsegrow/topology/erdos_renyi.h"
#include "sparsegrow/topology/layered.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

// Rows hold ascending, different columns in range, which is what "distinct cells" means.
void require_valid(const Pattern& pattern, std::int32_t inputs, std::int32_t outputs) {
  REQUIRE(pattern.rows() == outputs);
  for (std::int32_t row = 0; row < outputs; ++row) {
    const auto begin = static_cast<std::size_t>(pattern.row_begin[static_cast<std::size_t>(row)]);
    const auto end = static_cast<std::size_t>(pattern.row_begin[static_cast<std::size_t>(row) + 1]);
    for (std::size_t e = begin; e < end; ++e) {
      REQUIRE(pattern.column[e] >= 0);
      REQUIRE(pattern.column[e] < inputs);
      if (e > begin) REQUIRE(pattern.column[e] > pattern.column[e - 1]);
    }
  }
}

}  // namespace

TEST_CASE("Erdos-Renyi draws exactly the links asked for", "[topology]") {
  for (const std::int64_t links : {0, 1, 7, 300, 599, 600}) {
    const Pattern pattern = erdos_renyi(20, 30, links, Rng(1));
    CHECK(pattern.edges() == links);
    require_valid(pattern, 20, 30);
  }
  CHECK_THROWS_AS(erdos_renyi(20, 30, 601, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(erdos_renyi(20, 30, -1, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(erdos_renyi(-1, -1, 1, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(erdos_renyi(0, 30, 0, Rng(1)), std::invalid_argument);
}

TEST_CASE("Erdos-Renyi is uniform over the cells below and above half density", "[topology]") {
  for (const std::int64_t links : {3, 9}) {
    std::vector<double> hits(12, 0.0);
    constexpr int kDraws = 20000;
    for (int draw = 0; draw < kDraws; ++draw) {
      const Pattern p = erdos_renyi(4, 3, links, Rng(5, static_cast<std::uint64_t>(draw)));
      for (std::int32_t row = 0; row < 3; ++row) {
        for (std::int32_t e = p.row_begin[static_cast<std::size_t>(row)];
             e < p.row_begin[static_cast<std::size_t>(row) + 1]; ++e) {
          ++hits[static_cast<std::size_t>(row * 4 + p.column[static_cast<std::size_t>(e)])];
        }
      }
    }
    const double expected = kDraws * static_cast<double>(links) / 12.0;
    double chi_square = 0;
    for (const double hit : hits) chi_square += (hit - expected) * (hit - expected) / expected;
    CHECK(chi_square < 31.3);  // 11 degrees of freedom, one in a thousand
  }
}

TEST_CASE("the same stream gives the same links", "[topology]") {
  const Pattern a = erdos_renyi(100, 50, 400, Rng(3, 9)), b = erdos_renyi(100, 50, 400, Rng(3, 9));
  CHECK(a.column == b.column);
  CHECK(a.column != erdos_renyi(100, 50, 400, Rng(3, 10)).column);
}

TEST_CASE("a layered graph has one level per layer, wired or not", "[topology]") {
  const Pattern first = erdos_renyi(5, 4, 6, Rng(1)), empty{{0, 0, 0, 0}, {}};
  const Graph graph = layered_graph({5, 4, 3}, {first, empty});
  CHECK(graph.csr().edges() == 6);
  CHECK(graph.csr().target_level == std::vector<std::int32_t>{0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2});
  CHECK_THROWS_AS(layered_graph({5, 3, 3}, {first, empty}), std::invalid_argument);
  CHECK_THROWS_AS(layered_graph({5}, {}), std::invalid_argument);
  CHECK_THROWS_AS(layered_graph({2, 4, 3}, {first, empty}), std::invalid_argument);
}

TEST_CASE("each layer of a layered graph must be sound by itself", "[topology]") {
  // One column too many and one too few: sound once the layers stand one behind the other.
  const Pattern more{{0, 1}, {0, 0}}, fewer{{0, 1}, {}};
  CHECK(error_of([&] { layered_graph({1, 1, 1}, {more, fewer}); }) ==
        "invalid_argument: [layered_graph, pattern 0] row offsets end at 1, expected the number of "
        "columns, 2");
}
