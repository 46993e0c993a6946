// level_stats. Chunks depend on the shape only and are added in order, so the figures do not depend
// on the threads.
#include "cpu/backend_class.h"
#include "cpu/launch.h"

namespace sparsegrow::cpu {
namespace {

LevelStats stats_of(const std::vector<StatSums>& parts, double count) {
  StatSums all{};
  for (const auto& part : parts) {
    all.sum += part.sum;
    all.square += part.square;
    all.zeros += part.zeros;
    all.max_abs = std::max(all.max_abs, part.max_abs);
  }
  if (count == 0) return {};
  return {all.sum / count, all.square / count, all.max_abs, all.zeros / count};
}

}  // namespace

std::vector<LevelStats> CpuBackend::level_stats(const DeviceCsr& csr, const Panel& panel) {
  const RowPlan& plan = csr.host().target_plan;
  require_level_stats(csr.host(), panel);
  std::vector<LevelStats> result;
  for (std::int32_t level = 0; level < plan.levels(); ++level) {
    const Span<const std::int32_t> rows = plan.level_rows(level);
    const RowChunks chunks(static_cast<std::int64_t>(rows.size()), panel.batch());
    std::vector<StatSums> parts(static_cast<std::size_t>(chunks.count()));
    with_real(panel.dtype(), [&](auto real) {
      using Real = decltype(real);
      parallel_for(chunks.count(), [&](std::int64_t chunk) {
        for (std::int32_t t = 0; t < tile_count(panel.batch()); ++t) {
          const auto tile = tile_of<Real>(panel, t);
          table<Real>().level_stats({{rows.data() + chunks.begin(chunk), chunks.size(chunk),
                                      tile.width, tile.valid, tile.first_column},
                                     tile.data,
                                     &parts[static_cast<std::size_t>(chunk)]});
        }
      });
    });
    result.push_back(stats_of(parts, static_cast<double>(rows.size()) * panel.batch()));
  }
  return result;
}

}  // namespace sparsegrow::cpu
