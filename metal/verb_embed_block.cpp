// embed, embed_grad and embed_update on dense one-hot rows. The host lists the neurons and the rows
// that are live, so that each thread finds its work in one look.
#include <algorithm>

#include "metal/backend_class.h"
#include "metal/kernels/embed_arguments.h"
#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::metal {
namespace {

// Bytes of a live element that a verb moves, at 4 for each value.
constexpr std::int64_t kBlockBytes = 8;         // weight and gate
constexpr std::int64_t kBlockGradBytes = 4;     // its gradient
constexpr std::int64_t kBlockUpdateBytes = 36;  // both factors and their sums twice, gradient once

std::vector<EmbedNeuron> neurons_of(const InputBlocks& table) {
  std::vector<EmbedNeuron> neurons;
  neurons.reserve(table.rows.size());
  for (const InputBlock& block : table.blocks) {
    for (std::int32_t j = 0; j < block.neurons; ++j) {
      const std::int32_t row = table.rows[static_cast<std::size_t>(block.first + j)];
      neurons.push_back({block.begin + j, row, block.positions, block.stride});
    }
  }
  return neurons;
}

// Rising, up to the last position that any block looks at.
std::vector<EmbedLiveRow> live_rows_of(const InputBlocks& table, const LiveSymbols& live) {
  std::int32_t positions = 0;
  for (const InputBlock& block : table.blocks) positions = std::max(positions, block.positions);
  std::vector<EmbedLiveRow> rows;
  for (std::int32_t p = 0; p < positions; ++p) {
    const std::int32_t* const begin =
        live.begin.data() +
        static_cast<std::size_t>(p) * static_cast<std::size_t>(live.symbols + 1);
    for (std::int32_t c = 0; c < live.symbols; ++c) {
      if (begin[c] == begin[c + 1]) continue;
      rows.push_back(
          {p * live.symbols + c, p * live.batch + begin[c], p * live.batch + begin[c + 1]});
    }
  }
  return rows;
}

std::int64_t live_elements(const InputBlocks& table, const std::vector<EmbedLiveRow>& live) {
  std::int64_t elements = 0;
  for (const InputBlock& block : table.blocks) {
    const auto last =
        std::lower_bound(live.begin(), live.end(), block.positions * table.symbols,
                         [](const EmbedLiveRow& row, std::int32_t end) { return row.row < end; });
    elements += (last - live.begin()) * block.neurons;
  }
  return elements;
}

// What is read or written once for each sample: a line of the panel for each neuron, and the
// `index_bytes` of each symbol.
std::int64_t sample_bytes(const std::vector<EmbedNeuron>& neurons, const LiveSymbols& live,
                          std::int64_t index_bytes) {
  const auto lines = static_cast<std::int64_t>(neurons.size()) * padded_batch(live.batch);
  return 4 * lines + index_bytes * live.positions * live.batch;
}

}  // namespace

void MetalBackend::embed(const InputBlocks& table, const LiveSymbols& live, const GatedEdges& edges,
                         const Buffer& bias, Panel& z) {
  require_embed(table, live, edges, bias, z);
  const auto neurons = neurons_of(table);
  if (neurons.empty() || live.batch == 0) return;
  const auto count = static_cast<std::int32_t>(neurons.size());
  Launch launch = encoder().launch("embed_block_f32");
  launch.staged(Span<const EmbedNeuron>(neurons)).staged(Span<const std::uint8_t>(live.symbol));
  launch.arg(*edges.weight).arg(*edges.gate).arg(bias).arg(z.buffer());
  launch.params(EmbedBlockArguments{z.shape(), count, table.symbols});
  launch.moves(live_elements(table, live_rows_of(table, live)) * kBlockBytes);
  launch.moves(sample_bytes(neurons, live, 1) + count * std::int64_t{sizeof(EmbedNeuron) + 4});
  launch.over(count, padded_batch(live.batch));
}

void MetalBackend::embed_grad(const InputBlocks& table, const LiveSymbols& live, const Panel& dz,
                              Buffer& gradient) {
  require_embed_grad(table, live, dz, gradient);
  const auto neurons = neurons_of(table);
  const auto rows = live_rows_of(table, live);
  if (neurons.empty() || rows.empty()) return;
  const auto count = static_cast<std::int32_t>(neurons.size());
  Launch launch = encoder().launch("embed_grad_block_f32");
  launch.staged(Span<const EmbedNeuron>(neurons)).staged(Span<const EmbedLiveRow>(rows));
  launch.staged(Span<const std::int32_t>(live.column)).arg(dz.buffer()).arg(gradient);
  launch.params(EmbedBlockArguments{dz.shape(), count, table.symbols});
  launch.moves(live_elements(table, rows) * kBlockGradBytes + sample_bytes(neurons, live, 4));
  launch.moves(count * std::int64_t{sizeof(EmbedNeuron)});
  launch.over(count, static_cast<std::int64_t>(rows.size()));
}

void MetalBackend::embed_update(const OptimizerParams& params, DType dtype,
                                const InputBlocks& table, const LiveSymbols& live,
                                const Buffer& gradient, const GatedEdges& edges) {
  require_dtype("Backend.embed_update", *this, dtype);
  require_embed_update(params, dtype, table, live, gradient, edges);
  const auto neurons = neurons_of(table);
  const auto rows = live_rows_of(table, live);
  if (neurons.empty() || rows.empty()) return;
  const auto count = static_cast<std::int32_t>(neurons.size());
  Launch launch = encoder().launch("embed_update_block_f32");
  launch.staged(Span<const EmbedNeuron>(neurons)).staged(Span<const EmbedLiveRow>(rows));
  launch.arg(gradient).arg(*edges.weight).arg(*edges.gate);
  launch.arg(*edges.weight_sum).arg(*edges.gate_sum);
  launch.params(EmbedUpdateBlockArguments{narrowed(params), count, table.symbols});
  launch.moves(live_elements(table, rows) * kBlockUpdateBytes);
  launch.moves(count * std::int64_t{sizeof(EmbedNeuron)});
  launch.over(count, static_cast<std::int64_t>(rows.size()));
}

}  // namespace sparsegrow::metal
