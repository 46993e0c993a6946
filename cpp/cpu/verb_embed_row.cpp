// embed, embed_grad and embed_update on ragged one-hot rows. embed works tile by tile, the other
// two input by input: each has one owner.
#include "cpu/backend_class.h"
#include "cpu/one_hot.h"
#include "cpu/scratch.h"

namespace sparsegrow::cpu {
namespace {

constexpr std::int64_t kRowsPerChunk = 64;  // live inputs that a thread takes at a time

std::int32_t padded_outputs(const InputRows& table) { return (table.outputs + 7) / 8 * 8; }

template <class Real>
EmbedRowTask<Real> task_of(const InputRows& table, const LiveRows& live) {
  EmbedRowTask<Real> task{};
  task.row_begin = table.row_begin.data();
  task.target = table.target.data();
  task.sample_begin = live.sample_begin.data();
  task.row = live.row.data();
  task.live = live.live.data();
  task.live_begin = live.live_begin.data();
  task.column = live.column.data();
  task.outputs = table.outputs;
  task.padded_outputs = padded_outputs(table);
  return task;
}

// Calls body(first, last) for runs of the live inputs.
template <class Body>
void for_live_chunks(const LiveRows& live, Body&& body) {
  const auto count = static_cast<std::int64_t>(live.live.size());
  parallel_for((count + kRowsPerChunk - 1) / kRowsPerChunk, [&](std::int64_t i) {
    body(i * kRowsPerChunk, std::min(count, (i + 1) * kRowsPerChunk));
  });
}

}  // namespace

void CpuBackend::embed(const InputRows& table, const LiveRows& live, const GatedEdges& edges,
                       const Buffer& bias, std::int32_t first_row, Panel& z) {
  require_embed(table, live, edges, bias, first_row, z);
  with_real(z.dtype(), [&](auto real) {
    using Real = decltype(real);
    auto task = task_of<Real>(table, live);
    task.weight = edges.weight->as<Real>();
    task.gate = edges.gate->as<Real>();
    task.bias = bias.as<Real>() + first_row;
    parallel_for(tile_count(z.batch()), [&](std::int64_t t) {
      auto own = task;
      own.turned = thread_scratch<Real>(std::int64_t{8} * task.padded_outputs);
      this->table<Real>().embed_row(
          own, embed_tile_of<Real>(z, static_cast<std::int32_t>(t), first_row));
    });
  });
}

void CpuBackend::embed_grad(const InputRows& table, const LiveRows& live, std::int32_t first_row,
                            const Panel& dz, Buffer& gradient) {
  require_embed_grad(table, live, first_row, dz, gradient);
  with_real(dz.dtype(), [&](auto real) {
    using Real = decltype(real);
    const auto& kernels = this->table<Real>();
    auto task = task_of<Real>(table, live);
    task.gradient = gradient.as<Real>();
    task.turned =
        thread_scratch<Real>(std::int64_t{padded_batch(dz.batch())} * task.padded_outputs);
    parallel_for(tile_count(dz.batch()), [&](std::int64_t t) {
      kernels.embed_row_turn(task,
                             embed_tile_of<Real>(dz, static_cast<std::int32_t>(t), first_row));
    });
    for_live_chunks(live, [&](std::int64_t first, std::int64_t last) {
      kernels.embed_grad_row(task, first, last);
    });
  });
}

void CpuBackend::embed_update(const OptimizerParams& params, DType dtype, const InputRows& table,
                              const LiveRows& live, const Buffer& gradient,
                              const GatedEdges& edges) {
  require_embed_update(params, dtype, table, live, gradient, edges);
  with_real(dtype, [&](auto real) {
    using Real = decltype(real);
    const auto task = task_of<Real>(table, live);
    const auto gated = gated_task<Real>(params, gradient, edges, 0);
    for_live_chunks(live, [&](std::int64_t first, std::int64_t last) {
      this->table<Real>().embed_update_row(task, gated, first, last);
    });
  });
}

}  // namespace sparsegrow::cpu
