#include "sparsegrow/graph/levels.h"

#include <algorithm>
#include <numeric>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

using Indices = std::vector<std::int32_t>;

// The rows that the dirty ones reach, in Kahn's order: a row is settled when all its sources are.
class Region {
 public:
  Region(const NodeTable& nodes, const Pattern& by_target, const Pattern& by_source)
      : nodes_(nodes), by_target_(by_target), by_source_(by_source) {
    waits_.assign(nodes.node.size(), kOutside);
  }

  void reach(const Indices& dirty) {
    for (const std::int32_t row : dirty) enter(row);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      for_each_target(rows_[i], [&](std::int32_t target) {
        enter(target);
        ++waits_[target];
      });
    }
  }

  void settle(Indices& level, const char* where) {
    Indices ready;
    for (const std::int32_t row : rows_) {
      if (waits_[row] == 0) ready.push_back(row);
    }
    for (std::size_t i = 0; i < ready.size(); ++i) {
      level[ready[i]] = level_of(ready[i], level);
      for_each_target(ready[i], [&](std::int32_t target) {
        if (--waits_[target] == 0) ready.push_back(target);
      });
    }
    if (ready.size() < rows_.size()) throw_cycle(where);
  }

 private:
  static constexpr std::int32_t kOutside = -1;

  template <class Visit>
  void for_each_target(std::int32_t row, Visit visit) const {
    for (std::int32_t e = by_source_.row_begin[row]; e < by_source_.row_begin[row + 1]; ++e) {
      visit(by_source_.column[e]);
    }
  }

  void enter(std::int32_t row) {
    if (waits_[row] != kOutside) return;
    waits_[row] = 0;
    rows_.push_back(row);
  }

  std::int32_t level_of(std::int32_t row, const Indices& level) const {
    const NodeSpec& spec = nodes_.spec[nodes_.node[row]];
    if (spec.input) return 0;
    std::int32_t highest = spec.min_level - 1;
    for (std::int32_t p = by_target_.row_begin[row]; p < by_target_.row_begin[row + 1]; ++p) {
      highest = std::max(highest, level[by_target_.column[p]]);
    }
    return highest + 1;
  }

  // A row that still waits has a source that still waits, so walking back must close a cycle.
  [[noreturn]] void throw_cycle(const char* where) const {
    std::int32_t row =
        *std::find_if(rows_.begin(), rows_.end(), [&](std::int32_t r) { return waits_[r] > 0; });
    std::vector<bool> seen(waits_.size(), false);
    while (!seen[row]) {
      seen[row] = true;
      row = waiting_source(row);
    }
    throw_invalid(where, concat("the edges close a cycle through node ", nodes_.node[row]));
  }

  std::int32_t waiting_source(std::int32_t row) const {
    const auto first = by_target_.column.begin() + by_target_.row_begin[row];
    const auto last = by_target_.column.begin() + by_target_.row_begin[row + 1];
    return *std::find_if(first, last, [&](std::int32_t s) { return waits_[s] > 0; });
  }

  const NodeTable& nodes_;
  const Pattern& by_target_;
  const Pattern& by_source_;
  Indices rows_;   // of the region
  Indices waits_;  // [rows] sources in the region that are not settled yet, or kOutside
};

}  // namespace

void update_levels(const NodeTable& nodes, const Pattern& by_target, const Pattern& by_source,
                   const Indices& dirty, Indices& level, const char* where) {
  if (dirty.empty()) return;
  Region region(nodes, by_target, by_source);
  region.reach(dirty);
  region.settle(level, where);
}

Indices compute_levels(const NodeTable& nodes, const Pattern& by_target, const Pattern& by_source,
                       const char* where) {
  Indices all(nodes.node.size());
  std::iota(all.begin(), all.end(), 0);
  Indices level(all.size(), 0);
  update_levels(nodes, by_target, by_source, all, level, where);
  return level;
}

}  // namespace sparsegrow
