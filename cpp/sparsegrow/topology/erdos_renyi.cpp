#include "sparsegrow/topology/erdos_renyi.h"

#include <algorithm>
#include <vector>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

using Cells = std::vector<std::int64_t>;

// Draws with replacement until `wanted` different cells have come up: every set is equally likely.
// Drawing in rounds and merging by sorting avoids a hash set of the layer's size.
Cells distinct_cells(std::int64_t cells, std::int64_t wanted, Rng& rng) {
  Cells chosen;
  while (static_cast<std::int64_t>(chosen.size()) < wanted) {
    const auto had = static_cast<std::ptrdiff_t>(chosen.size());
    Cells fresh(static_cast<std::size_t>(wanted) - chosen.size());
    for (auto& cell : fresh) {
      cell = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(cells)));
    }
    std::sort(fresh.begin(), fresh.end());
    chosen.insert(chosen.end(), fresh.begin(), fresh.end());
    std::inplace_merge(chosen.begin(), chosen.begin() + had, chosen.end());
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  }
  return chosen;
}

Cells complement(const Cells& absent, std::int64_t cells) {
  Cells present;
  present.reserve(static_cast<std::size_t>(cells) - absent.size());
  auto next = absent.begin();
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    if (next != absent.end() && *next == cell) {
      ++next;
    } else {
      present.push_back(cell);
    }
  }
  return present;
}

Pattern from_cells(std::int32_t inputs, std::int32_t outputs, const Cells& cells) {
  Pattern pattern;
  pattern.row_begin.assign(static_cast<std::size_t>(outputs) + 1, 0);
  pattern.column.reserve(cells.size());
  for (const std::int64_t cell : cells) {
    ++pattern.row_begin[static_cast<std::size_t>(cell / inputs) + 1];
    pattern.column.push_back(static_cast<std::int32_t>(cell % inputs));
  }
  for (std::size_t r = 1; r < pattern.row_begin.size(); ++r) {
    pattern.row_begin[r] += pattern.row_begin[r - 1];
  }
  return pattern;
}

}  // namespace

Pattern erdos_renyi(std::int32_t inputs, std::int32_t outputs, std::int64_t links, Rng rng) {
  const std::int64_t cells = static_cast<std::int64_t>(inputs) * outputs;
  SG_REQUIRE(links >= 0 && links <= cells, "erdos_renyi", "got ", links, " links for a layer of ",
             inputs, " x ", outputs, ", expected 0 to ", cells);
  SG_REQUIRE(links <= INT32_MAX, "erdos_renyi", "got ", links, " links, expected at most ",
             INT32_MAX);
  if (links == 0) return from_cells(inputs, outputs, {});
  if (links > cells / 2) {
    return from_cells(inputs, outputs,
                      complement(distinct_cells(cells, cells - links, rng), cells));
  }
  return from_cells(inputs, outputs, distinct_cells(cells, links, rng));
}

Pattern erdos_renyi_bernoulli(std::int32_t inputs, std::int32_t outputs, double probability,
                              Rng rng) {
  SG_REQUIRE(probability >= 0 && probability <= 1, "erdos_renyi_bernoulli", "got probability ",
             probability, ", expected 0 to 1");
  Cells present;
  const std::int64_t cells = static_cast<std::int64_t>(inputs) * outputs;
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    if (rng.uniform() < probability) present.push_back(cell);
  }
  return from_cells(inputs, outputs, present);
}

}  // namespace sparsegrow
