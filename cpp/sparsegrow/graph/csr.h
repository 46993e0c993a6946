// The compute form of the topology: immutable, made by Graph::commit or from index arrays.
//
// Edges are stored once, by target, in order of creation inside a row; the by-source view is the
// transposed pattern with the position of each edge in the one value array. 16 bytes per edge with
// a float32 value: 4 column, 4 value, 4 transposed column, 4 position.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/base/span.h"
#include "sparsegrow/graph/row_plan.h"

namespace sparsegrow {

constexpr std::int32_t kMaxEdges = 2147483647;  // positions are int32

struct Pattern {
  std::vector<std::int32_t> row_begin{0};  // [rows + 1]
  std::vector<std::int32_t> column;        // [edges]

  std::int32_t rows() const { return static_cast<std::int32_t>(row_begin.size()) - 1; }
  std::int32_t edges() const { return static_cast<std::int32_t>(column.size()); }
};

struct Csr {
  Pattern by_target;                   // row = target, column = source
  Pattern by_source;                   // row = source, column = target, each row by position
  std::vector<std::int32_t> position;  // [edges] place of each by_source edge in the value array
  std::vector<std::int32_t> target_level;  // [targets]; levels of the targets' plan
  RowPlan target_plan;                     // rows of by_target
  RowPlan source_plan;                     // rows of by_source

  std::int32_t targets() const { return by_target.rows(); }
  std::int32_t sources() const { return by_source.rows(); }
  std::int32_t edges() const { return by_target.edges(); }
  std::int64_t bytes() const;  // of everything above
};

// Each throws invalid_argument, and `where` opens the message. Offsets must rise from 0, ...
void require_rising(const std::vector<std::int32_t>& row_begin, const char* where);
// ... and end at column.size(). Cost of both O(rows).
void require_offsets(const Pattern& pattern, const char* where);
// The same, and columns lie in [0, sources), none twice in a row. Cost O(rows + sources + edges).
void require_pattern(const Pattern& by_target, std::int32_t sources, const char* where);

// A rectangular pattern with one level on each side, for a single layer between two separate
// panels. Rows may be empty and columns in any order. Throws as require_pattern. Cost O(targets +
// sources + edges).
Csr make_csr(std::int32_t sources, std::vector<std::int32_t> row_begin,
             std::vector<std::int32_t> column);

// The transposed view of `by_target`, by counting sort. Cost O(rows + sources + edges).
void transpose(const Pattern& by_target, std::int32_t sources, Pattern& by_source,
               std::vector<std::int32_t>& position);

}  // namespace sparsegrow
