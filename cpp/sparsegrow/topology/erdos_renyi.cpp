#include "sparsegrow/topology/erdos_renyi.h"

#include <vector>

#include "sparsegrow/topology/distinct.h"
#include "sparsegrow/topology/neighbour_lists.h"

namespace sparsegrow {
namespace {

using Cells = std::vector<std::int64_t>;

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
  require_links(inputs, outputs, links, "erdos_renyi");
  const std::int64_t cells = static_cast<std::int64_t>(inputs) * outputs;
  return from_cells(inputs, outputs, distinct_numbers(cells, links, rng));
}

}  // namespace sparsegrow
