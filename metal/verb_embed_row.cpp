// embed, embed_grad and embed_update on ragged one-hot rows. Of a table only the outputs of live
// rows are staged: a table has many more rows than a batch has live ones.
#include "metal/backend_class.h"
#include "metal/kernels/embed_arguments.h"
#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::metal {
namespace {

// Bytes of a live edge that a verb moves, at 4 for each value or index.
constexpr std::int64_t kRowBytes = 12;        // weight, gate, target
constexpr std::int64_t kRowGradBytes = 8;     // gradient, target
constexpr std::int64_t kRowUpdateBytes = 36;  // both factors and their sums twice, gradient once

std::int32_t edges_of(const InputRows& table, std::int32_t row) {
  const auto r = static_cast<std::size_t>(row);
  return table.row_begin[r + 1] - table.row_begin[r];
}

std::int64_t edges_of(const InputRows& table, const std::vector<std::int32_t>& rows) {
  std::int64_t edges = 0;
  for (const std::int32_t row : rows) edges += edges_of(table, row);
  return edges;
}

// The rows' edges, with their outputs one row after another as targets_of() has them.
std::vector<EmbedRun> runs_of(const InputRows& table, const std::vector<std::int32_t>& rows) {
  std::vector<EmbedRun> runs;
  runs.reserve(rows.size());
  std::int32_t target = 0;
  for (const std::int32_t row : rows) {
    const std::int32_t edges = edges_of(table, row);
    runs.push_back({table.row_begin[static_cast<std::size_t>(row)], edges, target});
    target += edges;
  }
  return runs;
}

std::vector<std::int32_t> targets_of(const InputRows& table,
                                     const std::vector<std::int32_t>& rows) {
  std::vector<std::int32_t> targets;
  targets.reserve(static_cast<std::size_t>(edges_of(table, rows)));
  for (const std::int32_t row : rows) {
    const auto first = table.target.begin() + table.row_begin[static_cast<std::size_t>(row)];
    targets.insert(targets.end(), first, first + edges_of(table, row));
  }
  return targets;
}

template <class T>
std::int64_t bytes_of(const std::vector<T>& array) {
  return static_cast<std::int64_t>(array.size() * sizeof(T));
}

}  // namespace

void MetalBackend::embed(const InputRows& table, const LiveRows& live, const GatedEdges& edges,
                         const Buffer& bias, std::int32_t first_row, Panel& z) {
  require_embed(table, live, edges, bias, first_row, z);
  if (table.outputs == 0 || live.batch == 0) return;
  const auto runs = runs_of(table, live.row);
  const std::int32_t columns = padded_batch(live.batch);
  Launch launch = encoder().launch("embed_row_f32");
  launch.staged(Span<const std::int32_t>(live.sample_begin)).staged(Span<const EmbedRun>(runs));
  launch.staged(Span<const std::int32_t>(targets_of(table, live.row)));
  launch.arg(*edges.weight).arg(*edges.gate).arg(bias).arg(z.buffer());
  launch.params(EmbedRowArguments{z.shape(), first_row, table.outputs, columns});
  launch.moves(edges_of(table, live.live) * kRowBytes + bytes_of(runs));
  launch.moves((columns + std::int64_t{1}) * table.outputs * 4 + bytes_of(live.sample_begin));
  launch.over_groups(columns);
}

void MetalBackend::embed_grad(const InputRows& table, const LiveRows& live, std::int32_t first_row,
                              const Panel& dz, Buffer& gradient) {
  require_embed_grad(table, live, first_row, dz, gradient);
  if (live.live.empty()) return;
  const auto runs = runs_of(table, live.live);
  const auto count = static_cast<std::int32_t>(runs.size());
  Launch launch = encoder().launch("embed_grad_row_f32");
  launch.staged(Span<const EmbedRun>(runs));
  launch.staged(Span<const std::int32_t>(targets_of(table, live.live)));
  launch.staged(Span<const std::int32_t>(live.live_begin));
  launch.staged(Span<const std::int32_t>(live.column)).arg(dz.buffer()).arg(gradient);
  launch.params(EmbedRowArguments{dz.shape(), first_row, table.outputs, count});
  launch.moves(edges_of(table, live.live) * kRowGradBytes + bytes_of(runs));
  launch.moves(std::int64_t{padded_batch(live.batch)} * table.outputs * 4);
  launch.moves(bytes_of(live.live_begin) + bytes_of(live.column));
  launch.over_groups(count);
}

void MetalBackend::embed_update(const OptimizerParams& params, DType dtype, const InputRows& table,
                                const LiveRows& live, const Buffer& gradient,
                                const GatedEdges& edges) {
  require_dtype("Backend.embed_update", *this, dtype);
  require_embed_update(params, dtype, table, live, gradient, edges);
  if (live.live.empty()) return;
  const auto runs = runs_of(table, live.live);
  const auto count = static_cast<std::int32_t>(runs.size());
  Launch launch = encoder().launch("embed_update_row_f32");
  launch.staged(Span<const EmbedRun>(runs)).arg(gradient).arg(*edges.weight).arg(*edges.gate);
  launch.arg(*edges.weight_sum).arg(*edges.gate_sum);
  launch.params(EmbedUpdateRowArguments{narrowed(params), count});
  launch.moves(edges_of(table, live.live) * kRowUpdateBytes + bytes_of(runs));
  launch.over_groups(count);
}

}  // namespace sparsegrow::metal
