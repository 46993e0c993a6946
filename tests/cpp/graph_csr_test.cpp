#include "sparsegrow/graph/csr.h"

#include "catch.h"
#include "errors.h"
#include "graph_checks.h"
#include "sparsegrow/base/rng.h"

namespace sparsegrow::test {
namespace {

using Ints = std::vector<std::int32_t>;

TEST_CASE("make_csr takes a rectangle with columns in any order", "[csr]") {
  const Csr csr = make_csr(4, {0, 2, 2, 5}, {3, 0, 2, 3, 0});
  CHECK(csr.targets() == 3);
  CHECK(csr.sources() == 4);
  CHECK(csr.edges() == 5);
  CHECK(csr.by_target.column == Ints{3, 0, 2, 3, 0});
  CHECK(csr.by_source.row_begin == Ints{0, 2, 2, 3, 5});
  CHECK(csr.by_source.column == Ints{0, 2, 2, 0, 2});
  CHECK(csr.position == Ints{1, 4, 2, 0, 3});
  CHECK(csr.target_level == Ints{0, 0, 0});
  CHECK(plan_error(csr.target_plan, csr.by_target.row_begin, {0, 0, 0}) == "");
  CHECK(plan_error(csr.source_plan, csr.by_source.row_begin, {0, 0, 0, 0}) == "");
}

TEST_CASE("a csr may have no rows, no sources and no edges", "[csr]") {
  const Csr csr = make_csr(0, {0}, {});
  CHECK(csr.targets() == 0);
  CHECK(csr.sources() == 0);
  CHECK(csr.edges() == 0);
  CHECK(make_csr(3, {0}, {}).sources() == 3);
  CHECK(make_csr(0, {0, 0}, {}).targets() == 1);
  CHECK(Csr{}.targets() == 0);
}

TEST_CASE("random patterns are transposed exactly", "[csr]") {
  Rng rng(31);
  for (int round = 0; round < 50; ++round) {
    const auto sources = static_cast<std::int32_t>(1 + rng.below(70));
    Pattern pattern;
    for (std::uint64_t r = rng.below(60); r > 0; --r) {
      for (std::int32_t s = 0; s < sources; ++s) {
        if (rng.below(5) == 0) pattern.column.push_back(s);
      }
      pattern.row_begin.push_back(pattern.edges());
    }
    const Csr csr = make_csr(sources, pattern.row_begin, pattern.column);
    REQUIRE(transpose_error(csr) == "");
  }
}

TEST_CASE("bytes counts every array", "[csr]") {
  const Csr csr = make_csr(4, {0, 2, 2, 5}, {3, 0, 2, 3, 0});
  const std::int64_t plans = (3 + 2 + 1 + 2 + 2) + (4 + 2 + 1 + 2 + 2);
  CHECK(csr.bytes() == 4 * (4 + 5 + 5 + 5 + 5 + 3 + plans));
}

TEST_CASE("make_csr refuses what is no pattern", "[csr][errors]") {
  CHECK(error_of([] { make_csr(2, {}, {}); }) ==
        "invalid_argument: [make_csr] row offsets must start with 0");
  CHECK(error_of([] { make_csr(2, {1, 1}, {0}); }) ==
        "invalid_argument: [make_csr] row offsets must start with 0");
  CHECK(error_of([] { make_csr(2, {0, 2, 1}, {0}); }) ==
        "invalid_argument: [make_csr] row offsets fall from 2 to 1 after row 1, expected them to "
        "rise");
  CHECK(error_of([] { make_csr(2, {0, 2}, {0}); }) ==
        "invalid_argument: [make_csr] row offsets end at 2, expected the number of columns, 1");
  CHECK(error_of([] { make_csr(2, {0, 1}, {2}); }) ==
        "invalid_argument: [make_csr] row 0 has column 2, expected 0 to 1");
  CHECK(error_of([] { make_csr(2, {0, 1}, {-1}); }) ==
        "invalid_argument: [make_csr] row 0 has column -1, expected 0 to 1");
  CHECK(error_of([] { make_csr(2, {0, 0, 2}, {1, 1}); }) ==
        "invalid_argument: [make_csr] row 1 has column 1 twice");
  CHECK(error_of([] { make_csr(-1, {0}, {}); }) ==
        "invalid_argument: [make_csr] got -1 sources, expected at least 0");
}

TEST_CASE("assign_rows refuses what is no table", "[node_table][errors]") {
  NodeTable table;
  table.spec.resize(2);
  CHECK(error_of([&] { assign_rows(table, std::vector<bool>(1)); }) ==
        "invalid_argument: [assign_rows] got 1 flags for 2 nodes, expected one each");
  table.spec[1].group = -2;
  CHECK(error_of([&] { assign_rows(table, std::vector<bool>(2)); }) ==
        "invalid_argument: [assign_rows] got group -2, expected 0 to 1048575");
}

}  // namespace
}  // namespace sparsegrow::test
