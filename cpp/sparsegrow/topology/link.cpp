#include "sparsegrow/topology/link.h"

#include <algorithm>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

// The row that holds each position in turn, for positions that mostly rise.
class RowFinder {
 public:
  explicit RowFinder(const Pattern& layer) : begin_(layer.row_begin) {}

  std::int32_t row_of(std::int32_t position) {
    if (position < begin_[row_]) {
      row_ = static_cast<std::int32_t>(std::upper_bound(begin_.begin(), begin_.end(), position) -
                                       begin_.begin()) -
             1;
    }
    while (begin_[row_ + 1] <= position) ++row_;
    return row_;
  }

 private:
  const std::vector<std::int32_t>& begin_;
  std::int32_t row_ = 0;
};

void require_rising(const Pattern& layer, const Positions& positions) {
  std::int32_t last = -1;
  for (const std::int32_t position : positions) {
    SG_REQUIRE(position > last && position < layer.edges(), "without_positions", "got position ",
               position, " after ", last, ", expected positions that rise strictly below ",
               layer.edges());
    last = position;
  }
}

// Without a branch per link: which go is hard to predict.
std::vector<std::int32_t> kept_columns(const std::vector<std::int32_t>& column,
                                       const Positions& positions) {
  std::vector<std::int32_t> kept(column.size() - positions.size() + 1);  // one to scribble on
  std::size_t next = 0, to = 0;
  std::int32_t gone = positions.empty() ? -1 : positions[0];
  for (std::size_t p = 0; p < column.size(); ++p) {
    const bool stays = static_cast<std::int32_t>(p) != gone;
    kept[to] = column[p];
    to += stays;
    next += !stays;
    gone = next < positions.size() ? positions[next] : -1;
  }
  kept.pop_back();
  return kept;
}

}  // namespace

Links links_at(const Pattern& layer, const Positions& positions) {
  RowFinder finder(layer);
  Links links;
  links.reserve(positions.size());
  for (const std::int32_t position : positions) {
    SG_REQUIRE_RANGE(position >= 0 && position < layer.edges(), "links_at", "got position ",
                     position, ", expected 0 to ", layer.edges() - 1);
    links.push_back({layer.column[position], finder.row_of(position)});
  }
  return links;
}

Pattern without_positions(const Pattern& layer, const Positions& positions) {
  require_rising(layer, positions);
  Pattern kept;
  kept.row_begin = layer.row_begin;
  auto next = positions.begin();
  std::int32_t gone = 0;
  for (std::int32_t& begin : kept.row_begin) {
    for (; next != positions.end() && *next < begin; ++next) ++gone;
    begin -= gone;
  }
  kept.column = kept_columns(layer.column, positions);
  return kept;
}

Pattern with_links(const Pattern& layer, const Links& added) {
  Pattern grown;
  grown.row_begin.assign(layer.row_begin.size(), 0);
  for (const Link link : added) {
    SG_REQUIRE(link.target >= 0 && link.target < layer.rows(), "with_links", "got target ",
               link.target, ", expected 0 to ", layer.rows() - 1);
    ++grown.row_begin[link.target + 1];
  }
  std::vector<std::int32_t> next(static_cast<std::size_t>(layer.rows()));
  grown.column.resize(layer.column.size() + added.size());
  for (std::int32_t row = 0; row < layer.rows(); ++row) {
    const auto first = layer.column.begin() + layer.row_begin[row];
    const auto last = layer.column.begin() + layer.row_begin[row + 1];
    const std::int32_t begin = grown.row_begin[row];
    std::copy(first, last, grown.column.begin() + begin);
    next[row] = begin + static_cast<std::int32_t>(last - first);
    grown.row_begin[row + 1] += next[row];
  }
  for (const Link link : added) grown.column[next[link.target]++] = link.source;
  return grown;
}

void sort_links(Links& links, std::int32_t targets) {
  std::vector<std::size_t> begin(static_cast<std::size_t>(targets) + 1, 0);
  for (const Link link : links) ++begin[link.target + 1];
  for (std::size_t t = 1; t < begin.size(); ++t) begin[t] += begin[t - 1];
  std::vector<std::size_t> next = begin;
  Links sorted(links.size());
  for (const Link link : links) sorted[next[link.target]++] = link;
  const auto at = [&](std::size_t i) { return sorted.begin() + static_cast<std::ptrdiff_t>(i); };
  for (std::size_t t = 1; t < begin.size(); ++t) std::sort(at(begin[t - 1]), at(begin[t]));
  links = std::move(sorted);
}

}  // namespace sparsegrow
