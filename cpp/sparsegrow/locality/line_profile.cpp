#include "sparsegrow/locality/line_profile.h"

#include <algorithm>
#include <array>
#include <map>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/parallel.h"

namespace sparsegrow {
namespace {

constexpr char kWhere[] = "line_profile";
constexpr std::int32_t kProfiledRows = 1024;
constexpr std::size_t kBuckets = 31;

using Group = std::array<std::int32_t, kEdgeGroup>;

// Lines that the runs of `count` distinct sources touch together. Sorted, they overlap one after
// another, if at all.
std::int64_t lines_of(Group& source, std::int32_t count, const LineShape& shape) {
  const auto end = source.begin() + count;
  if (!std::is_sorted(source.begin(), end)) std::sort(source.begin(), end);
  std::int64_t lines = 0, last = -1;
  for (auto s = source.begin(); s != end; ++s) {
    const std::int64_t first_float = std::int64_t{*s} * shape.run;
    const std::int64_t from = std::max(last + 1, first_float / shape.line);
    const std::int64_t to = (first_float + shape.run - 1) / shape.line;
    if (to < from) continue;
    lines += to - from + 1;
    last = to;
  }
  return lines;
}

std::size_t bucket_of(std::int64_t fan_in) {
  std::size_t bucket = 0;
  while (fan_in >>= 1) ++bucket;
  return bucket;
}

void note_fan_in(LineProfile& profile, std::int64_t fan_in) {
  if (fan_in == 0) return;
  ++profile.rows;
  profile.edges += fan_in;
  profile.max_fan_in = std::max(profile.max_fan_in, fan_in);
  ++profile.fan_in[bucket_of(fan_in)];
}

void note_row(LineProfile& profile, const Pattern& pattern, std::int32_t row,
              const LineShape& shape, const ColumnRange& range) {
  Group group;
  std::int32_t held = 0;
  std::int64_t fan_in = 0;
  const auto flush = [&] {
    ++profile.groups;
    profile.lines += lines_of(group, held, shape);
    held = 0;
  };
  const auto r = static_cast<std::size_t>(row);
  for (std::int32_t e = pattern.row_begin[r]; e < pattern.row_begin[r + 1]; ++e) {
    const std::int32_t column = pattern.column[static_cast<std::size_t>(e)];
    if (column < range.begin || column >= range.end) continue;
    group[static_cast<std::size_t>(held++)] = column;
    ++fan_in;
    if (held == kEdgeGroup) flush();
  }
  if (held > 0) flush();
  note_fan_in(profile, fan_in);
}

void add(LineProfile& sum, const LineProfile& part) {
  sum.rows += part.rows;
  sum.edges += part.edges;
  sum.groups += part.groups;
  sum.lines += part.lines;
  sum.max_fan_in = std::max(sum.max_fan_in, part.max_fan_in);
  for (std::size_t k = 0; k < kBuckets; ++k) sum.fan_in[k] += part.fan_in[k];
}

LineProfile empty_profile() {
  LineProfile profile;
  profile.fan_in.assign(kBuckets, 0);
  return profile;
}

void finish(LineProfile& profile, const LineShape& shape) {
  constexpr std::int64_t float_bytes = 4;
  profile.useful_bytes = profile.edges * shape.run * float_bytes;
  profile.fetched_bytes = profile.lines * shape.line * float_bytes;
  const auto used = profile.edges > 0 ? bucket_of(profile.max_fan_in) + 1 : 0;
  profile.fan_in.resize(used);
}

}  // namespace

LineProfile line_profile(const Pattern& pattern, const LineShape& shape, const ColumnRange& range) {
  SG_REQUIRE(shape.line >= 1, kWhere, "line: got ", shape.line, " floats, expected at least 1");
  SG_REQUIRE(shape.run >= 1, kWhere, "run: got ", shape.run, " floats, expected at least 1");
  const std::int64_t chunks = (pattern.rows() + std::int64_t{kProfiledRows} - 1) / kProfiledRows;
  std::vector<LineProfile> parts(static_cast<std::size_t>(chunks), empty_profile());
  parallel_for(chunks, [&](std::int64_t chunk) {
    const auto first = static_cast<std::int32_t>(chunk * kProfiledRows);
    const std::int32_t end = std::min(pattern.rows(), first + kProfiledRows);
    auto& part = parts[static_cast<std::size_t>(chunk)];
    for (std::int32_t row = first; row < end; ++row) note_row(part, pattern, row, shape, range);
  });
  LineProfile sum = empty_profile();
  for (const LineProfile& part : parts) add(sum, part);
  finish(sum, shape);
  return sum;
}

double simd_worst_level(const Pattern& pattern, const std::vector<std::int32_t>& level) {
  require_rising(pattern.row_begin, "simd_worst_level");
  const auto rows = static_cast<std::size_t>(pattern.rows());
  SG_REQUIRE(level.size() == rows, "simd_worst_level", "got ", level.size(), " levels for ", rows,
             " rows");
  std::map<std::int32_t, LineProfile> by_level;
  for (std::size_t r = 0; r < rows; ++r) {
    auto& profile = by_level.emplace(level[r], empty_profile()).first->second;
    note_fan_in(profile, pattern.row_begin[r + 1] - pattern.row_begin[r]);
  }
  double worst = 0;
  for (const auto& [unused, profile] : by_level) worst = std::max(worst, profile.simd_worst());
  return worst;
}

}  // namespace sparsegrow
