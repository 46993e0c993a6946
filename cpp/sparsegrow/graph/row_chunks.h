// Cuts rows into runs of about equal work for parallel_for.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/base/parallel.h"
#include "sparsegrow/base/span.h"

namespace sparsegrow {

// Boundaries of the runs, from 0 to the number of rows: each about 64 K edges or rows, or one
// longer row.
inline std::vector<std::int32_t> cut_rows(Span<const std::int32_t> row_begin) {
  constexpr std::int64_t kWork = 1 << 16;
  const auto rows = static_cast<std::int32_t>(row_begin.size()) - 1;
  std::vector<std::int32_t> cuts{0};
  for (std::int32_t r = 1; r < rows; ++r) {
    const std::int64_t edges = row_begin[r] - row_begin[cuts.back()];
    if (edges >= kWork || r - cuts.back() >= kWork) cuts.push_back(r);
  }
  if (rows > 0) cuts.push_back(rows);
  return cuts;
}

// Calls body(first, last) for each run, on all threads.
template <class Body>
void for_each_run(Span<const std::int32_t> row_begin, Body&& body) {
  const std::vector<std::int32_t> cuts = cut_rows(row_begin);
  parallel_for(static_cast<std::int64_t>(cuts.size()) - 1,
               [&](std::int64_t i) { body(cuts[i], cuts[i + 1]); });
}

}  // namespace sparsegrow
