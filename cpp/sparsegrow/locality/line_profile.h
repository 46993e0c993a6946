// What a gather over a pattern costs in cache lines: for each row, its edges in groups of 32, and
// the distinct lines that hold the group's sources. Exact, not sampled.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

constexpr std::int32_t kEdgeGroup = 32;  // edges that one vector instruction of 32 lanes gathers

// How sources lie in memory. Line 0 begins where the array begins.
struct LineShape {
  std::int32_t line = 32;  // floats per line: 32 for 128 bytes, 16 for 64
  std::int32_t run = 1;    // floats per source: 1 for a single sample, a batch's lanes for a panel
};

// The part of a pattern that counts: edges whose column lies in [begin, end). The edges of a row
// that do are grouped as if the others were not there.
struct ColumnRange {
  std::int32_t begin = 0;
  std::int32_t end = 2147483647;
};

struct LineProfile {
  std::int64_t rows = 0;  // with at least one edge that counts
  std::int64_t edges = 0;
  std::int64_t groups = 0;
  std::int64_t lines = 0;
  std::int64_t useful_bytes = 0;   // of the sources, each time they are read
  std::int64_t fetched_bytes = 0;  // of the lines
  std::int64_t max_fan_in = 0;
  std::vector<std::int64_t> fan_in;  // [k] rows with 2^k <= fan-in < 2^(k+1)

  double lines_per_group() const { return ratio(lines, groups); }
  double utilisation() const { return ratio(useful_bytes, fetched_bytes); }
  double amplification() const { return ratio(fetched_bytes, useful_bytes); }
  double mean_fan_in() const { return ratio(edges, rows); }
  // How much longer the longest row is than the mean: what lanes in step wait for.
  double simd_worst() const { return edges > 0 ? double(max_fan_in) / mean_fan_in() : 0; }

 private:
  static double ratio(std::int64_t a, std::int64_t b) { return b > 0 ? double(a) / double(b) : 0; }
};

// Throws invalid_argument for a shape below one float. Cost O(edges), on all threads, and for rows
// whose columns do not rise a sort of each group.
LineProfile line_profile(const Pattern& pattern, const LineShape& shape = {},
                         const ColumnRange& range = {});

// The largest simd_worst() of the rows of one level, over the levels. `level` is one per row;
// throws invalid_argument for another length, or for offsets that do not rise from 0. Cost O(rows).
double simd_worst_level(const Pattern& pattern, const std::vector<std::int32_t>& level);

}  // namespace sparsegrow
