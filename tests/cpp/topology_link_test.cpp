// Layers with links taken out and put in: what a rule says, done to a plain pattern.
#include "sparsegrow/topology/link.h"

#include "errors.h"
#include "topology_cases.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

TEST_CASE("links of positions", "[topology]") {
  const Pattern layer{{0, 2, 2, 3}, {4, 1, 0}};
  CHECK(links_at(layer, {0, 1, 2}) == Links{{4, 0}, {1, 0}, {0, 2}});
  CHECK(links_at(layer, {2, 0}) == Links{{0, 2}, {4, 0}});
  CHECK(error_of([&] { links_at(layer, {3}); }) ==
        "out_of_range: [links_at] got position 3, expected 0 to 2");
}

TEST_CASE("taking out and putting in keeps the order of the rest", "[topology]") {
  const Pattern layer{{0, 2, 2, 5}, {4, 1, 0, 3, 2}};
  const Pattern less = without_positions(layer, {1, 3});
  CHECK(less.row_begin == std::vector<std::int32_t>{0, 1, 1, 3});
  CHECK(less.column == std::vector<std::int32_t>{4, 0, 2});
  const Pattern more = with_links(less, {{7, 2}, {5, 1}, {6, 2}});
  CHECK(more.row_begin == std::vector<std::int32_t>{0, 1, 2, 6});
  CHECK(more.column == std::vector<std::int32_t>{4, 5, 0, 2, 7, 6});
  CHECK_THROWS_AS(with_links(less, {{0, 3}}), std::invalid_argument);
  CHECK_THROWS_AS(without_positions(layer, {3, 1}), std::invalid_argument);
  CHECK(error_of([&] { without_positions(layer, {5}); }) ==
        "invalid_argument: [without_positions] got position 5 after -1, expected positions that "
        "rise strictly below 5");
}

TEST_CASE("links come in order of target and source", "[topology]") {
  Links links{{3, 1}, {0, 2}, {1, 1}, {9, 0}};
  sort_links(links, 3);
  CHECK(links == Links{{9, 0}, {1, 1}, {3, 1}, {0, 2}});
}
