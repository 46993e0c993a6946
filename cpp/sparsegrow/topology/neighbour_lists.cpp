#include "sparsegrow/topology/neighbour_lists.h"

#include "sparsegrow/base/check.h"

namespace sparsegrow {

Pattern layer_from_sources(const Pattern& by_source, std::int32_t targets) {
  Pattern layer;
  std::vector<std::int32_t> position;
  transpose(by_source, targets, layer, position);
  return layer;
}

void require_links(std::int32_t inputs, std::int32_t outputs, std::int64_t links,
                   const char* where) {
  SG_REQUIRE(inputs >= 1 && outputs >= 1, where, "got a layer of ", inputs, " x ", outputs,
             ", expected at least 1 x 1");
  const std::int64_t cells = static_cast<std::int64_t>(inputs) * outputs;
  SG_REQUIRE(links >= 0 && links <= cells && links <= kMaxEdges, where, "got ", links,
             " links for a layer of ", inputs, " x ", outputs, ", expected 0 to ",
             cells < kMaxEdges ? cells : kMaxEdges);
}

}  // namespace sparsegrow
