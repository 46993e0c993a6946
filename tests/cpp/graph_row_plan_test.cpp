#include "sparsegrow/graph/row_plan.h"

#include "catch.h"
#include "errors.h"
#include "graph_checks.h"
#include "sparsegrow/base/rng.h"

namespace sparsegrow::test {
namespace {

using Ints = std::vector<std::int32_t>;

Ints offsets(const Ints& degrees) {
  Ints begin{0};
  for (const std::int32_t degree : degrees) begin.push_back(begin.back() + degree);
  return begin;
}

TEST_CASE("rows run by level, then scalar and vector, then by index", "[row_plan]") {
  const Ints level{1, 0, 1, 0, 1, 0};
  const Ints begin = offsets({32, 0, 31, 40, 100, 3});
  const RowPlan plan = make_row_plan(begin, level, 2);
  CHECK(plan.rows == Ints{1, 5, 3, 2, 0, 4});
  CHECK(plan.level_begin == Ints{0, 3, 6});
  CHECK(plan.vector_begin == Ints{2, 4});
  CHECK(plan.block_begin == Ints{0, 2, 3, 4, 6});
  CHECK(plan.level_block_begin == Ints{0, 2, 4});
  const Span<const std::int32_t> rows = plan.level_rows(1);
  CHECK(Ints(rows.begin(), rows.end()) == Ints{2, 0, 4});
}

TEST_CASE("a plan may have no rows and levels may be empty", "[row_plan]") {
  const RowPlan none = make_row_plan(Ints{0}, Ints{}, 0);
  CHECK(none.levels() == 0);
  CHECK(none.block_begin == Ints{0});
  const RowPlan sparse = make_row_plan(offsets({5}), Ints{2}, 4);
  CHECK(sparse.level_begin == Ints{0, 0, 0, 1, 1});
  CHECK(sparse.vector_begin == Ints{0, 0, 1, 1});
  CHECK(sparse.level_block_begin == Ints{0, 0, 0, 1, 1});
  CHECK(sparse.level_rows(0).empty());
}

TEST_CASE("blocks end at 2048 edges or 256 rows", "[row_plan]") {
  CHECK(make_row_plan(offsets({1024, 1024, 1024}), Ints(3, 0), 1).block_begin == Ints{0, 2, 3});
  CHECK(make_row_plan(offsets({100, 5000, 5000, 40}), Ints(4, 0), 1).block_begin ==
        Ints{0, 1, 2, 3, 4});
  CHECK(make_row_plan(offsets(Ints(600, 1)), Ints(600, 0), 1).block_begin ==
        Ints{0, 256, 512, 600});
  CHECK(make_row_plan(offsets(Ints(300, 0)), Ints(300, 0), 1).block_begin == Ints{0, 256, 300});
}

TEST_CASE("any plan keeps its promises", "[row_plan]") {
  Rng rng(21);
  for (int round = 0; round < 200; ++round) {
    const auto levels = static_cast<std::int32_t>(1 + rng.below(6));
    const std::uint64_t widest = std::uint64_t{1} << rng.below(13);
    Ints degree, level;
    for (std::uint64_t r = rng.below(800); r > 0; --r) {
      degree.push_back(static_cast<std::int32_t>(rng.below(widest)));
      level.push_back(static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(levels))));
    }
    const Ints begin = offsets(degree);
    const RowPlan plan = make_row_plan(begin, level, levels);
    INFO("round " << round);
    REQUIRE(plan.levels() == levels);
    REQUIRE(plan_error(plan, begin, level) == "");
  }
}

TEST_CASE("a plan refuses lengths and levels that do not fit", "[row_plan][errors]") {
  CHECK(error_of([] { make_row_plan(Ints{0, 1}, Ints{0, 0}, 1); }) ==
        "invalid_argument: [make_row_plan] got 2 row offsets for 2 levels of rows, expected one "
        "more");
  CHECK(error_of([] { make_row_plan(Ints{0, 1}, Ints{1}, 1); }) ==
        "out_of_range: [make_row_plan] row 0 has level 1, expected 0 to 0");
  CHECK(error_of([] { make_row_plan(Ints{0, 1, 2}, Ints{0, -1}, 1); }) ==
        "out_of_range: [make_row_plan] row 1 has level -1, expected 0 to 0");
  CHECK(error_of([] { make_row_plan(Ints{0}, Ints{}, -1); }) ==
        "invalid_argument: [make_row_plan] got -1 levels, expected at least 0");
}

}  // namespace
}  // namespace sparsegrow::test
