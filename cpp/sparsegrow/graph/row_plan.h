// The order in which rows are computed, decided once per commit and read by every backend.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/base/span.h"

namespace sparsegrow {

// Rows with at least this many edges go to the vector kernel, the others to the scalar kernel.
constexpr std::int32_t kVectorRow = 32;

struct RowPlan {
  std::vector<std::int32_t> rows;          // all rows by level; in a level scalar rows, then vector rows, each by index
  std::vector<std::int32_t> level_begin;   // [levels + 1] into rows
  std::vector<std::int32_t> vector_begin;  // [levels] into rows: first vector row of the level
  // Pieces of about equal work (edges), cut inside a level; the unit a thread takes.
  std::vector<std::int32_t> block_begin;        // [blocks + 1] into rows
  std::vector<std::int32_t> level_block_begin;  // [levels + 1] into block_begin

  std::int32_t levels() const { return static_cast<std::int32_t>(level_begin.size()) - 1; }
  Span<const std::int32_t> level_rows(std::int32_t level) const;
};

// row_begin: [rows + 1] edge offsets; level: [rows], each in [0, levels).
// Cost O(rows + levels).
RowPlan make_row_plan(Span<const std::int32_t> row_begin, Span<const std::int32_t> level,
                      std::int32_t levels);

}  // namespace sparsegrow
