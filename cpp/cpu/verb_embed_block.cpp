// embed, embed_grad and embed_update on dense one-hot rows. The unit of work is a chunk of up to 32
// neurons of one block: it owns its part of the table and of the panel.
#include "cpu/backend_class.h"
#include "cpu/one_hot.h"
#include "cpu/scratch.h"

namespace sparsegrow::cpu {
namespace {

struct Chunk {
  std::int32_t block, first, width;  // neurons [first, first + width) of the block
};

std::vector<Chunk> chunks_of(const InputBlocks& table) {
  std::vector<Chunk> chunks;
  for (std::size_t b = 0; b < table.blocks.size(); ++b) {
    for (std::int32_t first = 0; first < table.blocks[b].stride;) {
      const std::int32_t left = table.blocks[b].stride - first;
      const std::int32_t width = left >= 32 ? 32 : left >= 16 ? 16 : 8;
      chunks.push_back({static_cast<std::int32_t>(b), first, width});
      first += width;
    }
  }
  return chunks;
}

template <class Real>
EmbedBlockTask<Real> task_of(const InputBlocks& table, const LiveSymbols& live,
                             const Chunk& chunk) {
  const InputBlock& block = table.blocks[static_cast<std::size_t>(chunk.block)];
  EmbedBlockTask<Real> task{};
  task.rows = table.rows.data() + block.first + chunk.first;
  task.symbol = live.symbol.data();
  task.column = live.column.data();
  task.begin = live.begin.data();
  task.neurons = std::max(0, std::min(chunk.width, block.neurons - chunk.first));
  task.stride = block.stride;
  task.positions = block.positions;
  task.symbols = table.symbols;
  task.batch = live.batch;
  return task;
}

std::int64_t offset_of(const InputBlocks& table, const Chunk& chunk) {
  return table.blocks[static_cast<std::size_t>(chunk.block)].begin + chunk.first;
}

}  // namespace

void CpuBackend::embed(const InputBlocks& table, const LiveSymbols& live, const GatedEdges& edges,
                       const Buffer& bias, Panel& z) {
  require_embed(table, live, edges, bias, z);
  const auto chunks = chunks_of(table);
  with_real(z.dtype(), [&](auto real) {
    using Real = decltype(real);
    const auto& kernels = this->table<Real>();
    parallel_for(static_cast<std::int64_t>(chunks.size()), [&](std::int64_t i) {
      const Chunk& chunk = chunks[static_cast<std::size_t>(i)];
      const int slot = width_slot(chunk.width);
      auto task = task_of<Real>(table, live, chunk);
      task.weight = edges.weight->as<Real>() + offset_of(table, chunk);
      task.gate = edges.gate->as<Real>() + offset_of(table, chunk);
      task.bias = bias.as<Real>();
      task.product =
          thread_scratch<Real>(std::int64_t{task.positions} * task.symbols * chunk.width);
      kernels.embed_block_product[slot](task);
      for (std::int32_t t = 0; t < tile_count(z.batch()); ++t) {
        kernels.embed_block[slot](task, embed_tile_of<Real>(z, t));
      }
    });
  });
}

void CpuBackend::embed_grad(const InputBlocks& table, const LiveSymbols& live, const Panel& dz,
                            Buffer& gradient) {
  require_embed_grad(table, live, dz, gradient);
  const auto chunks = chunks_of(table);
  with_real(dz.dtype(), [&](auto real) {
    using Real = decltype(real);
    const auto& kernels = this->table<Real>();
    parallel_for(static_cast<std::int64_t>(chunks.size()), [&](std::int64_t i) {
      const Chunk& chunk = chunks[static_cast<std::size_t>(i)];
      const int slot = width_slot(chunk.width);
      auto task = task_of<Real>(table, live, chunk);
      task.gradient = gradient.as<Real>() + offset_of(table, chunk);
      task.turned = thread_scratch<Real>(std::int64_t{padded_batch(dz.batch())} * chunk.width);
      for (std::int32_t t = 0; t < tile_count(dz.batch()); ++t) {
        kernels.embed_block_turn[slot](task, embed_tile_of<Real>(dz, t));
      }
      kernels.embed_grad_block[slot](task);
    });
  });
}

void CpuBackend::embed_update(const OptimizerParams& params, DType dtype, const InputBlocks& table,
                              const LiveSymbols& live, const Buffer& gradient,
                              const GatedEdges& edges) {
  require_embed_update(params, dtype, table, live, gradient, edges);
  with_real(dtype, [&](auto real) {
    using Real = decltype(real);
    parallel_for(static_cast<std::int64_t>(table.blocks.size()), [&](std::int64_t b) {
      const Chunk whole{static_cast<std::int32_t>(b), 0, 0};
      this->table<Real>().embed_update_block(
          task_of<Real>(table, live, whole),
          gated_task<Real>(params, gradient, edges, offset_of(table, whole)));
    });
  });
}

}  // namespace sparsegrow::cpu
