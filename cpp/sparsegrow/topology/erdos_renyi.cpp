#include "sparsegrow/topology/erdos_renyi.h"

#include <vector>

#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/distinct.h"

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
  const std::int64_t cells = static_cast<std::int64_t>(inputs) * outputs;
  SG_REQUIRE(links >= 0 && links <= cells, "erdos_renyi", "got ", links, " links for a layer of ",
             inputs, " x ", outputs, ", expected 0 to ", cells);
  SG_REQUIRE(links <= INT32_MAX, "erdos_renyi", "got ", links, " links, expected at most ",
             INT32_MAX);
  return from_cells(inputs, outputs, distinct_numbers(cells, links, rng));
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
