// Line profiles: small graphs computed by hand, and a slow oracle on random ones.
#include <random>
#include <set>

#include "catch.h"
#include "errors.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/grow/flat_graph.h"
#include "sparsegrow/locality/line_profile.h"
#include "test_backend.h"

namespace sparsegrow::test {

namespace {

Pattern rows_of(const std::vector<std::vector<std::int32_t>>& rows) {
  Pattern pattern;
  for (const auto& row : rows) {
    pattern.column.insert(pattern.column.end(), row.begin(), row.end());
    pattern.row_begin.push_back(pattern.edges());
  }
  return pattern;
}

std::vector<std::int32_t> run_of(std::int32_t begin, std::int32_t end) {
  std::vector<std::int32_t> row;
  for (std::int32_t c = begin; c < end; ++c) row.push_back(c);
  return row;
}

struct ByHand {
  const char* what;
  std::vector<std::vector<std::int32_t>> rows;
  LineShape shape;
  std::int64_t groups, lines;
};

const ByHand kByHand[] = {
    {"nothing", {}, {}, 0, 0},
    {"empty rows only", {{}, {}, {}}, {}, 0, 0},
    {"one edge", {{5}}, {}, 1, 1},
    {"one whole line", {run_of(0, 32)}, {}, 1, 1},
    {"the same, out of order", {{31, 0, 30, 1, 2, 29, 3, 28}}, {}, 1, 1},
    {"a misaligned run of 32", {run_of(5, 37)}, {}, 1, 2},
    {"33 edges: a group of its own for the last", {run_of(0, 33)}, {}, 2, 2},
    {"196 inputs: 7 groups on 7 lines", {run_of(0, 196)}, {}, 7, 7},
    {"196 inputs from place 10: each group but the last on 2", {run_of(10, 206)}, {}, 7, 13},
    {"far apart", {{0, 32, 64, 96}}, {}, 1, 4},
    {"rows do not share groups", {{0}, {1}, {}, {2, 3}}, {}, 3, 3},
    {"64-byte lines", {run_of(0, 32)}, {16, 1}, 1, 2},
    {"64-byte lines, misaligned", {run_of(8, 40)}, {16, 1}, 1, 3},
    {"a batch of 32: a line per source", {{0, 1, 7}}, {32, 32}, 1, 3},
    {"a batch of 64: two lines per source", {{0, 1, 7}}, {32, 64}, 1, 6},
    {"a batch of 8: four sources share a line", {{0, 1, 2, 3, 4}}, {32, 8}, 1, 2},
    {"runs of 24: neighbours share lines", {{0, 1, 2, 3}}, {32, 24}, 1, 3},
    {"runs of 24 apart: one on one line, one on two", {{0, 5}}, {32, 24}, 1, 3},
};

// Every float of every source, one by one.
std::pair<std::int64_t, std::int64_t> oracle(const Pattern& pattern, const LineShape& shape,
                                             const ColumnRange& range) {
  std::int64_t groups = 0, lines = 0;
  for (std::size_t r = 0; r + 1 < pattern.row_begin.size(); ++r) {
    std::vector<std::int32_t> counted;
    for (auto e = pattern.row_begin[r]; e < pattern.row_begin[r + 1]; ++e) {
      const auto c = pattern.column[static_cast<std::size_t>(e)];
      if (c >= range.begin && c < range.end) counted.push_back(c);
    }
    for (std::size_t first = 0; first < counted.size(); first += 32) {
      std::set<std::int64_t> touched;
      for (std::size_t k = first; k < std::min(first + 32, counted.size()); ++k) {
        for (std::int32_t f = 0; f < shape.run; ++f) {
          touched.insert((std::int64_t{counted[k]} * shape.run + f) / shape.line);
        }
      }
      ++groups;
      lines += static_cast<std::int64_t>(touched.size());
    }
  }
  return {groups, lines};
}

Pattern random_rows(std::mt19937& random, std::int32_t rows, std::int32_t columns) {
  std::vector<std::vector<std::int32_t>> all;
  for (std::int32_t r = 0; r < rows; ++r) {
    auto row = run_of(0, columns);
    std::shuffle(row.begin(), row.end(), random);
    row.resize(random() % static_cast<std::uint32_t>(columns + 1));
    if (random() % 2 == 0) std::sort(row.begin(), row.end());
    all.push_back(row);
  }
  return rows_of(all);
}

}  // namespace

TEST_CASE("line profiles computed by hand") {
  for (const ByHand& c : kByHand) {
    INFO(c.what);
    const Pattern pattern = rows_of(c.rows);
    const LineProfile found = line_profile(pattern, c.shape);
    CHECK(found.groups == c.groups);
    CHECK(found.lines == c.lines);
    CHECK(found.edges == pattern.edges());
    CHECK(found.useful_bytes == std::int64_t{4} * c.shape.run * pattern.edges());
    CHECK(found.fetched_bytes == std::int64_t{4} * c.shape.line * c.lines);
  }
}

TEST_CASE("fan-in and the ratios that follow from it") {
  const LineProfile found = line_profile(rows_of({run_of(0, 6), {1}, {}, {2, 9}}));
  CHECK(found.rows == 3);
  CHECK(found.max_fan_in == 6);
  CHECK(found.mean_fan_in() == 3.0);
  CHECK(found.simd_worst() == 2.0);
  CHECK(found.fan_in == std::vector<std::int64_t>{1, 1, 1});
  CHECK(found.utilisation() == 36.0 / (3 * 128));
  CHECK(found.amplification() == 3 * 128 / 36.0);
  CHECK(found.lines_per_group() == 1.0);
}

TEST_CASE("the profile of nothing has no infinities") {
  const LineProfile found = line_profile(Pattern{});
  CHECK(found.lines_per_group() == 0);
  CHECK(found.utilisation() == 0);
  CHECK(found.amplification() == 0);
  CHECK(found.simd_worst() == 0);
  CHECK(found.fan_in.empty());
}

TEST_CASE("the worst level is the one with the most uneven rows") {
  const Pattern pattern = rows_of({run_of(0, 4), run_of(0, 4), {1}, run_of(0, 5), {}});
  CHECK(simd_worst_level(pattern, {1, 1, 2, 2, 3}) == 5.0 / 3);
  CHECK(simd_worst_level(rows_of({}), {}) == 0);
  CHECK(error_of([&] { simd_worst_level(pattern, {1}); }) ==
        "invalid_argument: [simd_worst_level] got 1 levels for 5 rows");
  CHECK(error_of([] { simd_worst_level({{0, 5, 2}, {}}, {0, 0}); }) ==
        "invalid_argument: [simd_worst_level] row offsets fall from 5 to 2 after row 1, expected "
        "them to rise");
}

TEST_CASE("line profiles agree with counting every float") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const auto columns = static_cast<std::int32_t>(random() % 150 + 1);
    const Pattern pattern = random_rows(random, static_cast<std::int32_t>(random() % 8), columns);
    const LineShape shape{static_cast<std::int32_t>(random() % 40 + 1),
                          static_cast<std::int32_t>(random() % 70 + 1)};
    const auto cut = static_cast<std::int32_t>(random() % 150);
    for (const ColumnRange& range : {ColumnRange{}, ColumnRange{0, cut}, ColumnRange{cut, 150}}) {
      const LineProfile found = line_profile(pattern, shape, range);
      CHECK(std::pair(found.groups, found.lines) == oracle(pattern, shape, range));
    }
  }
}

TEST_CASE("line profiles are the same for any number of threads") {
  std::mt19937 random(2);
  const Pattern pattern = random_rows(random, 5000, 40);
  const int before = num_threads();
  set_num_threads(1);
  const LineProfile one = line_profile(pattern);
  set_num_threads(4);
  const LineProfile four = line_profile(pattern);
  set_num_threads(before);
  CHECK(one.lines == four.lines);
  CHECK(one.groups == four.groups);
  CHECK(one.fan_in == four.fan_in);
}

TEST_CASE("the embryo's profile is the paper's first row") {
  const CharNet net(test_backend(), CharNetConfig{});
  const FlatGraph flat = flat_graph(net);
  const LineProfile found = line_profile(flat.by_target);
  CHECK(found.edges == 19306);
  CHECK(found.groups == 98 * 8);
  CHECK(found.lines == 98 * 8);
  CHECK(found.max_fan_in == 196);
  CHECK(found.useful_bytes == 77224);
  CHECK(found.fetched_bytes == 100352);
  CHECK(simd_worst_level(flat.by_target, flat.level) == 1.0);
}

TEST_CASE("line shapes that cannot be are refused") {
  CHECK(error_of([] { line_profile(Pattern{}, {0, 1}); }) ==
        "invalid_argument: [line_profile] line: got 0 floats, expected at least 1");
  CHECK(error_of([] { line_profile(Pattern{}, {32, 0}); }) ==
        "invalid_argument: [line_profile] run: got 0 floats, expected at least 1");
}

}  // namespace sparsegrow::test
