// sddmm and row_sum: the gradients of values and biases.
#include "cpu/backend_class.h"
#include "cpu/launch.h"

namespace sparsegrow::cpu {
namespace {

// Edges of a chunk. All tiles run over one chunk before the next, so a large chunk uses the rows of
// x in the second cache more often; several threads want about four chunks each. An edge's sum does
// not depend on its chunk, so the cut may depend on the threads.
std::int64_t chunk_edges(std::int64_t edges, std::int32_t batch) {
  constexpr std::int64_t kMost = 65536, kLeastWork = 65536;  // multiply-adds
  const std::int64_t threads = num_threads();
  if (threads == 1) return kMost;
  const std::int64_t least =
      std::max<std::int64_t>(2048, kLeastWork / std::max(1, padded_batch(batch)));
  return std::max(least, std::min(kMost, edges / (4 * threads) + 1));
}

// The row that edge e belongs to.
std::int32_t row_of(const Pattern& pattern, std::int64_t e) {
  const auto& begin = pattern.row_begin;
  return static_cast<std::int32_t>(std::upper_bound(begin.begin(), begin.end(), e) -
                                   begin.begin()) -
         1;
}

}  // namespace

void CpuBackend::sddmm(const DeviceCsr& csr, const Panel& x, const Panel& dy, Buffer& dvalues) {
  require_sddmm(csr.host(), x, dy, dvalues);
  const Pattern& pattern = csr.host().by_target;
  const std::int64_t edges = pattern.edges();
  const std::int64_t step = chunk_edges(edges, x.batch());
  with_real(x.dtype(), [&](auto real) {
    using Real = decltype(real);
    if (x.batch() == 0) return static_cast<void>(std::fill_n(dvalues.as<Real>(), edges, Real(0)));
    parallel_for((edges + step - 1) / step, [&](std::int64_t chunk) {
      SddmmTask<Real> task{};
      task.row_begin = pattern.row_begin.data();
      task.column = pattern.column.data();
      task.dvalues = dvalues.as<Real>();
      task.first = static_cast<std::int32_t>(chunk * step);
      task.last = static_cast<std::int32_t>(std::min(edges, (chunk + 1) * step));
      task.first_row = row_of(pattern, task.first);
      task.edges = pattern.edges();
      const std::int64_t rows = row_of(pattern, task.last - 1) - task.first_row + 1;
      const std::int64_t reach = reach_of(pattern, rows, [&](std::int64_t i) {
        return static_cast<std::int32_t>(task.first_row + i);
      });
      for (std::int32_t t = 0; t < tile_count(x.batch()); ++t) {
        const auto from = tile_of<Real>(x, t);
        task.x = from.data;
        task.dy = tile_of<Real>(dy, t).data;
        task.accumulate = t > 0;
        task.ahead = fetch_ahead<Real>(reach, from.width);
        const auto& kernels = table<Real>();
        (from.width == 1 ? kernels.sddmm_scalar : kernels.sddmm_tile[width_slot(from.width)])(task);
      }
    });
  });
}

void CpuBackend::row_sum(const Panel& panel, std::int32_t first_row, Buffer& out) {
  require_row_sum(panel, first_row, out);
  const std::int32_t count = panel.rows() - first_row;
  const RowChunks chunks(count, panel.batch());
  with_real(panel.dtype(), [&](auto real) {
    using Real = decltype(real);
    if (panel.batch() == 0) std::fill_n(out.as<Real>() + first_row, count, Real(0));
    parallel_for(chunks.count(), [&](std::int64_t chunk) {
      const auto first = static_cast<std::int32_t>(first_row + chunks.begin(chunk));
      const auto last = static_cast<std::int32_t>(first + chunks.size(chunk));
      for (std::int32_t t = 0; t < tile_count(panel.batch()); ++t) {
        const auto tile = tile_of<Real>(panel, t);
        table<Real>().row_sum(
            {tile.data, out.as<Real>(), first, last, tile.width, tile.valid, t > 0});
      }
    });
  });
}

}  // namespace sparsegrow::cpu
