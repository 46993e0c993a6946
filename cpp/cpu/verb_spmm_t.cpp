// spmm_t. The unit of work is a run of blocks in a run of tiles; the first tile gathers the values.
// At batch 1 the rows of a plain layer are scattered instead, with the values in their order.
#include "cpu/plan_side.h"
#include "cpu/scratch.h"

namespace sparsegrow::cpu {
namespace {

// Values of the transposed pattern that are kept between tiles, at most: 1 MiB of float32 per
// thread.
constexpr std::int64_t kKeptEdges = 262144;

struct Range {
  std::int32_t first, last;
};

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

  // The blocks in the tiles, in pieces that fit the room for kept values.
  void compute(Range blocks, Range tiles) const {
    for (std::int32_t first = blocks.first, end = first; first < blocks.last; first = end) {
      std::int64_t edges = 0;
      do {
        edges += side_.block_edges(end++);
      } while (end < blocks.last && can_join(first, end, edges));
      auto task = task_of<Real>(side_, first, end);
      task.position = csr_.position.data();
      run_tiles(task, tiles, edges, side_.has_vector_rows(first));
    }
  }

 private:
  bool can_join(std::int32_t first, std::int32_t next, std::int64_t edges) const {
    if (dy_.batch() == 1) return side_.has_vector_rows(first) == side_.has_vector_rows(next);
    return dy_.batch() <= kTileWidth || edges + side_.block_edges(next) <= kKeptEdges;
  }

  // The first tile finds the values; further ones read what it kept, or find them again where one
  // row is longer than the room.
  void run_tiles(SpmmTask<Real> task, Range tiles, std::int64_t edges, bool vector_rows) const {
    const bool keep = tiles.last - tiles.first > 1 && edges <= kKeptEdges;
    task.values = values_;
    task.from = keep ? Values::gather_keep : Values::gather;
    task.kept = keep ? thread_scratch<Real>(edges) : nullptr;
    for (std::int32_t t = tiles.first; t < tiles.last; ++t) {
      run_tile(table_, side_, task, dy_, dx_, t, vector_rows);
      if (keep) task.from = Values::kept;
    }
  }

  const KernelTable<Real>& table_;
  const Csr& csr_;
  PlanSide side_;
  const Real* values_;
  const Panel& dy_;
  const Panel& dx_;
};

// How the work is cut: runs of `blocks` blocks in `tiles` tiles. Long runs use the rows of dy more
// often while they are in the second cache, and many tiles make gathering the values cheap; several
// threads want about four runs each. A row's sum does not depend on the cut.
struct Cut {
  std::int32_t blocks, tiles;
};

Cut cut_of(std::int32_t blocks, std::int32_t tiles) {
  constexpr std::int32_t kMostBlocks = kKeptEdges / kBlockEdges, kLeastTiles = 8;
  const std::int32_t threads = num_threads();
  if (threads == 1) return {kMostBlocks, std::max(1, tiles)};
  const std::int32_t wanted = 4 * threads;
  const std::int32_t tile_runs = std::max(1, std::min(wanted, tiles / kLeastTiles));
  const std::int32_t block_runs = (wanted + tile_runs - 1) / tile_runs;
  return {std::min(kMostBlocks, std::max(1, blocks / block_runs)),
          std::max(1, (tiles + tile_runs - 1) / tile_runs)};
}

template <class Real>
void gather_rows(const KernelTable<Real>& table, const Csr& csr, std::int32_t level,
                 const Real* values, const Panel& dy, Panel& dx) {
  const PlanSide side{csr.by_source, csr.source_plan, level};
  const std::int32_t blocks = side.blocks(), tiles = tile_count(dy.batch());
  const Cut cut = cut_of(blocks, tiles);
  const std::int64_t block_runs = (blocks + cut.blocks - 1) / cut.blocks,
                     tile_runs = (tiles + cut.tiles - 1) / cut.tiles;
  const TransposedRun<Real> runs(table, csr, level, values, dy, dx);
  run_items(block_runs * tile_runs, side.is_small(dy.batch()), [&](std::int64_t i) {
    const auto block = static_cast<std::int32_t>(i % block_runs) * cut.blocks,
               tile = static_cast<std::int32_t>(i / block_runs) * cut.tiles;
    const std::int32_t start = side.first_block();
    runs.compute({start + block, start + std::min(blocks, block + cut.blocks)},
                 {tile, std::min(tiles, tile + cut.tiles)});
  });
}

// Parts of about equal work for scatter_rows: a power of two, so that threads share them evenly,
// and few enough that adding up their sums costs little beside the edges.
std::int64_t scatter_parts(std::int64_t edges, std::int64_t sources) {
  constexpr std::int64_t kLeastEdges = 16384, kMostParts = 8;
  const std::int64_t least = std::max(kLeastEdges, sources);
  std::int64_t parts = 1;
  while (parts < kMostParts && edges / (2 * parts) >= least) parts *= 2;
  return parts;
}

// Batch 1 of a plain layer: the edges in the order of their values, added to where they come from.
// The targets are cut into parts whose number depends on the pattern alone; each part has sums of
// its own, which are added in turn.
template <class Real>
void scatter_rows(const KernelTable<Real>& table, const Csr& csr, const Real* values,
                  const Real* dy, Real* dx) {
  const Pattern& pattern = csr.by_target;
  const auto& begin = pattern.row_begin;
  const std::int64_t sources = csr.sources(), edges = pattern.edges();
  const std::int64_t parts = scatter_parts(edges, sources);
  Real* const sums = parts > 1 ? thread_scratch<Real>(parts * sources) : dx;
  const auto first_target = [&](std::int64_t part) {
    const auto at = std::lower_bound(begin.begin(), begin.end() - 1, part * edges / parts);
    return static_cast<std::int32_t>(at - begin.begin());
  };
  parallel_for(parts, [&](std::int64_t part) {
    Real* const to = sums + part * sources;
    std::fill_n(to, sources, Real(0));
    table.spmm_t_scatter({begin.data(), pattern.column.data(), values, dy, to, first_target(part),
                          first_target(part + 1)});
  });
  if (parts == 1) return;
  std::copy_n(sums, sources, dx);
  for (std::int64_t part = 1; part < parts; ++part) {
    const Real* const from = sums + part * sources;
    for (std::int64_t s = 0; s < sources; ++s) dx[s] += from[s];
  }
}

}  // namespace

void CpuBackend::spmm_t(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                        const Panel& dy, Panel& dx) {
  const Csr& host = csr.host();
  require_spmm_t(host, level, values, dy, dx);
  if (dy.batch() == 0) return;
  const bool plain = host.source_plan.levels() == 1;
  with_real(dy.dtype(), [&](auto real) {
    using Real = decltype(real);
    if (dy.batch() == 1 && plain)
      return scatter_rows(table<Real>(), host, values.as<Real>(), dy.as<Real>(), dx.as<Real>());
    gather_rows(table<Real>(), host, level, values.as<Real>(), dy, dx);
  });
}

}  // namespace sparsegrow::cpu
