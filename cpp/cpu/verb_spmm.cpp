// spmm and spmm_t. The unit of work is one block of the row plan in one tile of the panel (spmm),
// or a run of blocks in all tiles (spmm_t, whose values are gathered in the first tile).
#include "cpu/backend_class.h"
#include "cpu/launch.h"
#include "cpu/scratch.h"

namespace sparsegrow::cpu {
namespace {

// Multiply-adds under which waking other threads costs more than it saves: about 2 microseconds.
constexpr std::int64_t kSerialWork = 32768;
// Values of the transposed pattern that are kept between tiles, at most: 256 KiB of float32 per
// thread.
constexpr std::int64_t kKeptEdges = 65536;

// The level of one side of a Csr: what spmm and spmm_t run over.
struct Side {
  const Pattern& pattern;
  const RowPlan& plan;
  std::int32_t level;

  std::int32_t first_block() const { return plan.level_block_begin[level]; }
  std::int32_t blocks() const { return plan.level_block_begin[level + 1] - first_block(); }
  bool has_vector_rows(std::int32_t block) const {
    return plan.block_begin[block] >= plan.vector_begin[level];
  }
  std::int64_t edges_of(std::int32_t first, std::int32_t last) const {  // of plan.rows[first, last)
    std::int64_t edges = 0;
    for (std::int32_t i = first; i < last; ++i) {
      edges += pattern.row_begin[plan.rows[i] + 1] - pattern.row_begin[plan.rows[i]];
    }
    return edges;
  }
  std::int64_t block_edges(std::int32_t block) const {
    return edges_of(plan.block_begin[block], plan.block_begin[block + 1]);
  }
  bool is_small(std::int32_t batch) const {
    std::int64_t work = 0;  // a row counts as one more edge
    for (std::int32_t i = plan.level_begin[level]; i < plan.level_begin[level + 1]; ++i) {
      work += (edges_of(i, i + 1) + 1) * padded_batch(batch);
      if (work > kSerialWork) return false;
    }
    return true;
  }
};

// Runs body(i) for i < count, on this thread only when `serial`.
template <class Body>
void run(std::int64_t count, bool serial, Body&& body) {
  if (!serial) return parallel_for(count, body);
  parallel_for(1, [&](std::int64_t) {
    for (std::int64_t i = 0; i < count; ++i) body(i);
  });
}

// The task of the rows of blocks [first, last), without values and panels.
template <class Real>
SpmmTask<Real> task_of(const Side& side, std::int32_t first, std::int32_t last) {
  SpmmTask<Real> task{};
  task.row_begin = side.pattern.row_begin.data();
  task.column = side.pattern.column.data();
  task.edges = side.pattern.edges();
  task.rows = side.plan.rows.data() + side.plan.block_begin[first];
  task.count = side.plan.block_begin[last] - side.plan.block_begin[first];
  return task;
}

// Row 0 of the task is row first_row of y.
template <class Real>
void run_tile(const KernelTable<Real>& table, SpmmTask<Real>& task, const Panel& x, const Panel& y,
              std::int32_t t, bool vector_rows, std::int32_t first_row = 0) {
  const auto from = tile_of<Real>(x, t), to = tile_of<Real>(y, t);
  task.x = from.data;
  task.y = to.data + static_cast<std::int64_t>(first_row) * to.width;
  task.ahead = fetch_ahead<Real>(x, from.width);
  if (to.width > 1) return table.spmm_tile[width_slot(to.width)](task);
  (vector_rows ? table.spmm_vector : table.spmm_scalar)(task);
}

template <class Real>
class TransposedRun {
 public:
  TransposedRun(const KernelTable<Real>& table, const Csr& csr, std::int32_t level,
                const Real* values, const Panel& dy, const Panel& dx)
      : table_(table),
        csr_(csr),
        side_{csr.by_source, csr.source_plan, level},
        values_(values),
        dy_(dy),
        dx_(dx) {}

  // Blocks [first, last), in pieces that fit the room for kept values.
  void compute(std::int32_t first, std::int32_t last) const {
    while (first < last) {
      std::int32_t end = first;
      std::int64_t edges = 0;
      do {
        edges += side_.block_edges(end++);
      } while (end < last && can_join(first, end, edges));
      auto task = task_of<Real>(side_, first, end);
      task.position = csr_.position.data();
      if (edges > kKeptEdges && dy_.batch() > kTileWidth)
        compute_long_row(task, task.rows[0]);
      else
        run_tiles(task, edges, side_.has_vector_rows(first));
      first = end;
    }
  }

 private:
  bool can_join(std::int32_t first, std::int32_t next, std::int64_t edges) const {
    if (dy_.batch() == 1) return side_.has_vector_rows(first) == side_.has_vector_rows(next);
    return dy_.batch() <= kTileWidth || edges + side_.block_edges(next) <= kKeptEdges;
  }

  // One row of more edges than are kept, piece by piece, each as the only row of a pattern of its
  // own.
  void compute_long_row(SpmmTask<Real> task, std::int32_t row) const {
    const auto begin = std::int64_t{task.row_begin[row]},
               end = std::int64_t{task.row_begin[row + 1]};
    const std::int32_t only_row = 0;
    for (std::int64_t e = begin; e < end; e += kKeptEdges) {
      const std::int32_t piece[2] = {0, static_cast<std::int32_t>(std::min(kKeptEdges, end - e))};
      task.row_begin = piece;
      task.edges = piece[1];
      task.column = csr_.by_source.column.data() + e;
      task.position = csr_.position.data() + e;
      task.rows = &only_row;
      task.accumulate = e > begin;
      run_tiles(task, piece[1], true, row);
    }
  }

  // The first tile finds the values; further ones read what it kept.
  void run_tiles(SpmmTask<Real> task, std::int64_t edges, bool vector_rows,
                 std::int32_t row = 0) const {
    const std::int32_t tiles = tile_count(dy_.batch());
    task.values = values_;
    task.from = tiles > 1 ? Values::gather_keep : Values::gather;
    task.kept = tiles > 1 ? thread_scratch<Real>(edges) : nullptr;
    for (std::int32_t t = 0; t < tiles; ++t) {
      run_tile(table_, task, dy_, dx_, t, vector_rows, row);
      task.from = Values::kept;
    }
  }

  const KernelTable<Real>& table_;
  const Csr& csr_;
  Side side_;
  const Real* values_;
  const Panel& dy_;
  const Panel& dx_;
};

// Blocks that a thread takes at a time in spmm_t: many, so that the rows of dy are used more often
// while they are in the second cache, but about four runs for each thread. A row's sum does not
// depend on it.
std::int32_t blocks_per_run(std::int32_t blocks) {
  const std::int32_t threads = num_threads();
  const std::int32_t most = kKeptEdges / kBlockEdges;
  if (threads == 1) return most;
  return std::min(most, std::max(1, blocks / (4 * threads)));
}

}  // namespace

void CpuBackend::spmm(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                      const Buffer* bias, const Panel& x, Panel& y, SumFrom from) {
  const Csr& host = csr.host();
  require_spmm(host, level, values, bias, x, y);
  const Side side{host.by_target, host.target_plan, level};
  const std::int64_t blocks = side.blocks();
  with_real(x.dtype(), [&](auto real) {
    using Real = decltype(real);
    // Tiles outside: a thread stays in one tile, whose rows then stay in its cache.
    run(tile_count(x.batch()) * blocks, side.is_small(x.batch()), [&](std::int64_t i) {
      const auto block = side.first_block() + static_cast<std::int32_t>(i % blocks);
      auto task = task_of<Real>(side, block, block + 1);
      task.values = values.as<Real>();
      task.bias = bias ? bias->as<Real>() : nullptr;
      task.accumulate = from == SumFrom::target;
      run_tile(table<Real>(), task, x, y, static_cast<std::int32_t>(i / blocks),
               side.has_vector_rows(block));
    });
  });
}

void CpuBackend::spmm_t(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                        const Panel& dy, Panel& dx) {
  const Csr& host = csr.host();
  require_spmm_t(host, level, values, dy, dx);
  if (dy.batch() == 0) return;
  const Side side{host.by_source, host.source_plan, level};
  const std::int32_t blocks = side.blocks(), step = blocks_per_run(blocks),
                     start = side.first_block();
  with_real(dy.dtype(), [&](auto real) {
    using Real = decltype(real);
    const TransposedRun<Real> runs(table<Real>(), host, level, values.as<Real>(), dy, dx);
    run((blocks + step - 1) / step, side.is_small(dy.batch()), [&](std::int64_t i) {
      const auto first = static_cast<std::int32_t>(i) * step;
      runs.compute(start + first, start + std::min(blocks, first + step));
    });
  });
}

}  // namespace sparsegrow::cpu
