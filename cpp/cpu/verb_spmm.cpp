// spmm and spmm_t. The unit of work is one block of the row plan in one tile of the panel (spmm),
// or in all tiles (spmm_t, whose values are first gathered).
#include "cpu/backend_class.h"
#include "cpu/launch.h"

namespace sparsegrow::cpu {
namespace {

// Multiply-adds under which waking other threads costs more than it saves: about 2 microseconds.
constexpr std::int64_t kSerialWork = 32768;

// The blocks of one level, and whether they are worth more than one thread.
struct LevelBlocks {
  std::int32_t first, count;
  bool serial;
};

LevelBlocks blocks_of(const Pattern& pattern, const RowPlan& plan, std::int32_t level,
                      std::int32_t batch) {
  const std::int32_t first = plan.level_block_begin[level];
  const std::int32_t count = plan.level_block_begin[level + 1] - first;
  if (count > kSerialWork / kBlockRows) return {first, count, false};
  std::int64_t edges = 0;
  for (const std::int32_t row : plan.level_rows(level)) {
    edges += pattern.row_begin[row + 1] - pattern.row_begin[row];
  }
  return {first, count, edges * padded_batch(batch) <= kSerialWork};
}

// Runs body(i) for i < count, on this thread only when `serial`.
template <class Body>
void run(std::int64_t count, bool serial, Body&& body) {
  if (!serial) return parallel_for(count, body);
  parallel_for(1, [&](std::int64_t) {
    for (std::int64_t i = 0; i < count; ++i) body(i);
  });
}

// The kernel for a block: by tile width, and at batch 1 by the length of its rows.
template <class Real>
auto kernel_of(const KernelTable<Real>& table, std::int32_t width, bool vector_rows) {
  if (width > 1) return table.spmm_tile[width_slot(width)];
  return vector_rows ? table.spmm_vector : table.spmm_scalar;
}

template <class Real>
struct BlockTask {
  SpmmTask<Real> task;
  bool vector_rows;
  std::int64_t edges;
};

template <class Real>
BlockTask<Real> block_task(const Pattern& pattern, const RowPlan& plan, std::int32_t level,
                           std::int32_t block) {
  const std::int32_t first = plan.block_begin[block], last = plan.block_begin[block + 1];
  BlockTask<Real> result{};
  result.task.row_begin = pattern.row_begin.data();
  result.task.column = pattern.column.data();
  result.task.rows = plan.rows.data() + first;
  result.task.count = last - first;
  result.vector_rows = first >= plan.vector_begin[level];
  for (std::int32_t i = first; i < last; ++i) {
    const std::int32_t row = plan.rows[i];
    result.edges += pattern.row_begin[row + 1] - pattern.row_begin[row];
  }
  return result;
}

// spmm_t: the values of up to kBlockEdges edges are gathered into a scratch on the stack, then
// every tile runs over them; so the transposed pattern needs no value array of its own.
template <class Real>
class TransposedBlock {
 public:
  TransposedBlock(const KernelTable<Real>& table, const Csr& csr, const Real* values,
                  const Panel& dy, Panel& dx)
      : table_(table), csr_(csr), values_(values), dy_(dy), dx_(dx) {}

  void compute(BlockTask<Real> block) {
    if (block.edges > kBlockEdges) return compute_long_row(block);
    table_.gather_rows({block.task.row_begin, csr_.position.data(), values_, scratch_,
                        block.task.rows, block.task.count});
    run_tiles(block);
  }

 private:
  // One row of more edges than the scratch holds, as if it were several rows of a pattern of its
  // own.
  void compute_long_row(BlockTask<Real> block) {
    const std::int32_t row = block.task.rows[0];
    const std::int32_t begin = csr_.by_source.row_begin[row],
                       end = csr_.by_source.row_begin[row + 1];
    const std::int32_t only_row = 0;
    for (std::int32_t e = begin; e < end; e += kBlockEdges) {
      const std::int32_t piece[2] = {0, std::min(kBlockEdges, end - e)};
      table_.gather_rows({piece, csr_.position.data() + e, values_, scratch_, &only_row, 1});
      block.task.row_begin = piece;
      block.task.column = csr_.by_source.column.data() + e;
      block.task.rows = &only_row;
      block.task.accumulate = e > begin;
      run_tiles(block, row);
    }
  }

  void run_tiles(BlockTask<Real> block, std::int32_t first_row = 0) {
    block.task.values = scratch_;
    block.task.packed = true;
    for (std::int32_t t = 0; t < tile_count(dy_.batch()); ++t) {
      const auto to = tile_of<Real>(dx_, t);
      block.task.x = tile_of<Real>(dy_, t).data;
      block.task.y = to.data + static_cast<std::int64_t>(first_row) * to.width;
      kernel_of(table_, to.width, block.vector_rows)(block.task);
    }
  }

  const KernelTable<Real>& table_;
  const Csr& csr_;
  const Real* values_;
  const Panel& dy_;
  Panel& dx_;
  alignas(64) Real scratch_[kBlockEdges];
};

}  // namespace

void CpuBackend::spmm(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                      const Buffer* bias, const Panel& x, Panel& y) {
  constexpr char where[] = "Backend.spmm";
  const Csr& host = csr.host();
  require_level(where, host.target_plan, level);
  require_alike(where, "y", y, x);
  require_rows(where, "x", x, host.sources());
  require_rows(where, "y", y, host.targets());
  require_buffer(where, "values", values, host.edges(), size_of(x.dtype()));
  if (bias) require_buffer(where, "bias", *bias, host.targets(), size_of(x.dtype()));
  const LevelBlocks blocks = blocks_of(host.by_target, host.target_plan, level, x.batch());
  const std::int64_t tiles = tile_count(x.batch());
  with_real(x.dtype(), [&](auto real) {
    using Real = decltype(real);
    // Tiles outside: a thread stays in one tile, whose rows then stay in its cache.
    run(tiles * blocks.count, blocks.serial, [&](std::int64_t i) {
      const auto t = static_cast<std::int32_t>(i / blocks.count);
      const auto b = blocks.first + static_cast<std::int32_t>(i % blocks.count);
      BlockTask<Real> block = block_task<Real>(host.by_target, host.target_plan, level, b);
      const auto to = tile_of<Real>(y, t);
      block.task.values = values.as<Real>();
      block.task.bias = bias ? bias->as<Real>() : nullptr;
      block.task.x = tile_of<Real>(x, t).data;
      block.task.y = to.data;
      kernel_of(table<Real>(), to.width, block.vector_rows)(block.task);
    });
  });
}

void CpuBackend::spmm_t(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                        const Panel& dy, Panel& dx) {
  constexpr char where[] = "Backend.spmm_t";
  const Csr& host = csr.host();
  require_level(where, host.source_plan, level);
  require_alike(where, "dx", dx, dy);
  require_rows(where, "dy", dy, host.targets());
  require_rows(where, "dx", dx, host.sources());
  require_buffer(where, "values", values, host.edges(), size_of(dy.dtype()));
  if (dy.batch() == 0) return;
  const LevelBlocks blocks = blocks_of(host.by_source, host.source_plan, level, dy.batch());
  with_real(dy.dtype(), [&](auto real) {
    using Real = decltype(real);
    run(blocks.count, blocks.serial, [&](std::int64_t i) {
      const auto b = blocks.first + static_cast<std::int32_t>(i);
      TransposedBlock<Real>(table<Real>(), host, values.as<Real>(), dy, dx)
          .compute(block_task<Real>(host.by_source, host.source_plan, level, b));
    });
  });
}

}  // namespace sparsegrow::cpu
