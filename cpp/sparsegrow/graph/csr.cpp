#include "sparsegrow/graph/csr.h"

#include <utility>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/large_vector.h"

namespace sparsegrow {
namespace {

using Indices = std::vector<std::int32_t>;

std::int64_t bytes_of(const Indices& v) {
  return static_cast<std::int64_t>(v.size() * sizeof(std::int32_t));
}

std::int64_t bytes_of(const Pattern& pattern) {
  return bytes_of(pattern.row_begin) + bytes_of(pattern.column);
}

std::int64_t bytes_of(const RowPlan& plan) {
  return bytes_of(plan.rows) + bytes_of(plan.level_begin) + bytes_of(plan.vector_begin) +
         bytes_of(plan.block_begin) + bytes_of(plan.level_block_begin);
}

// How many edges each source has, as offsets.
Indices source_offsets(const Pattern& by_target, std::int32_t sources) {
  Indices begin(static_cast<std::size_t>(sources) + 1, 0);
  for (const std::int32_t source : by_target.column) ++begin[source + 1];
  for (std::size_t s = 1; s < begin.size(); ++s) begin[s] += begin[s - 1];
  return begin;
}

RowPlan one_level_plan(const Pattern& pattern) {
  const Indices level(pattern.row_begin.size() - 1, 0);
  return make_row_plan(pattern.row_begin, level, 1);
}

}  // namespace

std::int64_t Csr::bytes() const {
  return bytes_of(by_target) + bytes_of(by_source) + bytes_of(position) + bytes_of(target_level) +
         bytes_of(target_plan) + bytes_of(source_plan);
}

void require_rising(const Indices& row_begin, const char* where) {
  SG_REQUIRE(!row_begin.empty() && row_begin.front() == 0, where, "row offsets must start with 0");
  for (std::size_t r = 1; r < row_begin.size(); ++r) {
    SG_REQUIRE(row_begin[r - 1] <= row_begin[r], where, "row offsets fall from ", row_begin[r - 1],
               " to ", row_begin[r], " after row ", r - 1, ", expected them to rise");
  }
}

void require_offsets(const Pattern& pattern, const char* where) {
  const std::size_t edges = pattern.column.size();
  SG_REQUIRE(edges <= static_cast<std::size_t>(kMaxEdges), where, "got ", edges,
             " edges, expected at most ", kMaxEdges);
  require_rising(pattern.row_begin, where);
  SG_REQUIRE(pattern.row_begin.back() == pattern.edges(), where, "row offsets end at ",
             pattern.row_begin.back(), ", expected the number of columns, ", edges);
}

void require_pattern(const Pattern& by_target, std::int32_t sources, const char* where) {
  SG_REQUIRE(sources >= 0, where, "got ", sources, " sources, expected at least 0");
  require_offsets(by_target, where);
  Indices last_row(static_cast<std::size_t>(sources), -1);  // of each source, to find duplicates
  for (std::int32_t r = 0; r < by_target.rows(); ++r) {
    for (std::int32_t p = by_target.row_begin[r]; p < by_target.row_begin[r + 1]; ++p) {
      const std::int32_t column = by_target.column[p];
      SG_REQUIRE(column >= 0 && column < sources, where, "row ", r, " has column ", column,
                 ", expected 0 to ", sources - 1);
      SG_REQUIRE(last_row[column] != r, where, "row ", r, " has column ", column, " twice");
      last_row[column] = r;
    }
  }
}

void transpose(const Pattern& by_target, std::int32_t sources, Pattern& by_source,
               Indices& position) {
  by_source.row_begin = source_offsets(by_target, sources);
  assign_large(by_source.column, by_target.column.size());
  assign_large(position, by_target.column.size());
  Indices next = by_source.row_begin;
  for (std::int32_t r = 0; r < by_target.rows(); ++r) {
    for (std::int32_t p = by_target.row_begin[r]; p < by_target.row_begin[r + 1]; ++p) {
      const std::int32_t slot = next[by_target.column[p]]++;
      by_source.column[slot] = r;
      position[slot] = p;
    }
  }
}

Csr make_csr(std::int32_t sources, Indices row_begin, Indices column) {
  Csr csr;
  csr.by_target.row_begin = std::move(row_begin);
  csr.by_target.column = std::move(column);
  require_pattern(csr.by_target, sources, "make_csr");
  transpose(csr.by_target, sources, csr.by_source, csr.position);
  csr.target_level.assign(static_cast<std::size_t>(csr.targets()), 0);
  csr.target_plan = one_level_plan(csr.by_target);
  csr.source_plan = one_level_plan(csr.by_source);
  return csr;
}

}  // namespace sparsegrow
