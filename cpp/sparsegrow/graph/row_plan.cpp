#include "sparsegrow/graph/row_plan.h"

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

constexpr char kWhere[] = "make_row_plan";

// Sorts the rows into two bins per level, scalar and vector, each in order of index.
class Binning {
 public:
  Binning(Span<const std::int32_t> row_begin, Span<const std::int32_t> level, std::int32_t levels)
      : row_begin_(row_begin), level_(level), begin_(2 * static_cast<std::size_t>(levels) + 1, 0) {
    for (std::size_t r = 0; r < level.size(); ++r) ++begin_[bin(r) + 1];
    for (std::size_t b = 1; b < begin_.size(); ++b) begin_[b] += begin_[b - 1];
  }

  std::vector<std::int32_t> sorted_rows() const {
    std::vector<std::int32_t> next = begin_;
    std::vector<std::int32_t> rows(level_.size());
    for (std::size_t r = 0; r < rows.size(); ++r)
      rows[next[bin(r)]++] = static_cast<std::int32_t>(r);
    return rows;
  }

  const std::vector<std::int32_t>& begin() const { return begin_; }
  std::int32_t degree(std::int32_t row) const { return row_begin_[row + 1] - row_begin_[row]; }

 private:
  std::size_t bin(std::size_t row) const {
    const bool vector = row_begin_[row + 1] - row_begin_[row] >= kVectorRow;
    return 2 * static_cast<std::size_t>(level_[row]) + (vector ? 1 : 0);
  }

  Span<const std::int32_t> row_begin_;
  Span<const std::int32_t> level_;
  std::vector<std::int32_t> begin_;
};

// Cuts one bin, plan.rows[first, last), into blocks and appends where each ends.
void cut_bin(const Binning& bins, std::int32_t first, std::int32_t last, RowPlan& plan) {
  std::int64_t edges = 0;
  for (std::int32_t i = first; i < last; ++i) {
    const std::int32_t degree = bins.degree(plan.rows[i]);
    const bool full = edges + degree > kBlockEdges || i - plan.block_begin.back() >= kBlockRows;
    if (full && i > plan.block_begin.back()) {
      plan.block_begin.push_back(i);
      edges = 0;
    }
    edges += degree;
  }
  if (first < last) plan.block_begin.push_back(last);
}

void require_valid(Span<const std::int32_t> row_begin, Span<const std::int32_t> level,
                   std::int32_t levels) {
  SG_REQUIRE(levels >= 0, kWhere, "got ", levels, " levels, expected at least 0");
  SG_REQUIRE(row_begin.size() == level.size() + 1, kWhere, "got ", row_begin.size(),
             " row offsets for ", level.size(), " levels of rows, expected one more");
  for (std::size_t r = 0; r < level.size(); ++r) {
    SG_REQUIRE_RANGE(level[r] >= 0 && level[r] < levels, kWhere, "row ", r, " has level ", level[r],
                     ", expected 0 to ", levels - 1);
  }
}

}  // namespace

Span<const std::int32_t> RowPlan::level_rows(std::int32_t level) const {
  const std::int32_t first = level_begin[level];
  return {rows.data() + first, static_cast<std::size_t>(level_begin[level + 1] - first)};
}

RowPlan make_row_plan(Span<const std::int32_t> row_begin, Span<const std::int32_t> level,
                      std::int32_t levels) {
  require_valid(row_begin, level, levels);
  const Binning bins(row_begin, level, levels);
  const auto& bin_begin = bins.begin();
  RowPlan plan;
  plan.rows = bins.sorted_rows();
  for (std::int32_t l = 0; l < levels; ++l) {
    cut_bin(bins, bin_begin[2 * l], bin_begin[2 * l + 1], plan);
    cut_bin(bins, bin_begin[2 * l + 1], bin_begin[2 * l + 2], plan);
    plan.vector_begin.push_back(bin_begin[2 * l + 1]);
    plan.level_begin.push_back(bin_begin[2 * l + 2]);
    plan.level_block_begin.push_back(static_cast<std::int32_t>(plan.block_begin.size()) - 1);
  }
  return plan;
}

}  // namespace sparsegrow
