#include "sparsegrow/grow/step_traffic.h"

namespace sparsegrow {
namespace {

// Values and indices of an edge that the verbs of one step move, and passes over the panels.
struct PerEdge {
  std::int64_t values, indices;
};
// gate 3, spmm 1, spmm_t 1, sddmm 1, gate_grad 5, adagrad 2 x 5; column, target and position,
// column.
constexpr PerEdge kHiddenEdge{21, 4};
// embed 2, embed_grad 1, embed_update 9.
constexpr PerEdge kInputEdge{12, 0};
// The same, with the edge's output each time.
constexpr PerEdge kPatternEdge{12, 3};
// z: embed, spmm twice, activate; a: activate, spmm, sddmm, activate_grad; delta: spmm_t,
// activate_grad twice, sddmm, row_sum, embed_grad.
constexpr std::int64_t kPanelPasses = 14;
constexpr std::int64_t kIndexBytes = 4;

std::int64_t live_input_elements(const CharNet& net, const LiveSymbols& live) {
  std::vector<std::int64_t> rows(1, 0);  // [positions + 1] live symbols of the positions before
  for (std::int32_t p = 0; p < live.positions; ++p) {
    const auto* begin = live.begin.data() + std::size_t(p) * std::size_t(live.symbols + 1);
    std::int64_t count = rows.back();
    for (std::int32_t c = 0; c < live.symbols; ++c) count += begin[c + 1] > begin[c];
    rows.push_back(count);
  }
  std::int64_t elements = 0;
  for (const InputBlock& block : net.blocks().blocks) {
    elements += rows[static_cast<std::size_t>(block.positions)] * block.neurons;
  }
  return elements;
}

std::int64_t live_pattern_edges(const CharNet& net, const LiveRows& live) {
  const auto& row_begin = net.patterns().rows().row_begin;
  std::int64_t edges = 0;
  for (const std::int32_t row : live.live) {
    const auto r = static_cast<std::size_t>(row);
    edges += row_begin[r + 1] - row_begin[r];
  }
  return edges;
}

}  // namespace

StepTraffic step_traffic(const CharNet& net, const CharBatch& batch) {
  const auto value_bytes = static_cast<std::int64_t>(size_of(net.dtype()));
  const auto bytes = [&](PerEdge each, std::int64_t count) {
    return count * (each.values * value_bytes + each.indices * kIndexBytes);
  };
  StepTraffic traffic;
  traffic.edges = bytes(kHiddenEdge, net.csr().edges()) +
                  bytes(kInputEdge, live_input_elements(net, batch.symbols)) +
                  bytes(kPatternEdge, live_pattern_edges(net, batch.patterns));
  traffic.panels = kPanelPasses * value_bytes * std::int64_t{net.csr().targets()} * batch.batch();
  return traffic;
}

}  // namespace sparsegrow
