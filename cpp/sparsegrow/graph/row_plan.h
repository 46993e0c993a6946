// The order in which rows are computed, decided once per commit and read by every backend.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/base/span.h"

namespace sparsegrow {

// Rows with at least this many edges go to the vector kernel, the others to the scalar kernel.
constexpr std::int32_t kVectorRow = 32;
constexpr std::int32_t kBlockEdges = 2048;
constexpr std::int32_t kBlockRows = 256;

struct RowPlan {
  // All rows by level; inside a level the scalar rows, then the vector rows, each by index.
  std::vector<std::int32_t> rows;
  std::vector<std::int32_t> level_begin{0};  // [levels + 1] into rows
  std::vector<std::int32_t> vector_begin;    // [levels] into rows: first vector row of the level
  // Pieces of about equal work, the unit a thread takes: at most kBlockEdges edges (or one longer
  // row) and kBlockRows rows, all of one level and one kernel.
  std::vector<std::int32_t> block_begin{0};        // [blocks + 1] into rows
  std::vector<std::int32_t> level_block_begin{0};  // [levels + 1] into block_begin

  std::int32_t levels() const { return static_cast<std::int32_t>(level_begin.size()) - 1; }
  Span<const std::int32_t> level_rows(std::int32_t level) const;
};

// row_begin: [rows + 1] edge offsets; level: [rows]. Throws invalid_argument when the lengths
// disagree and out_of_range for a level outside [0, levels). Cost O(rows + levels).
RowPlan make_row_plan(Span<const std::int32_t> row_begin, Span<const std::int32_t> level,
                      std::int32_t levels);

}  // namespace sparsegrow
