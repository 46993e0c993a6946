// level_stats: rows are summed on the device, levels here, in double and in the plan's order.
#include <algorithm>

#include "metal/backend_class.h"
#include "metal/kernels/arguments.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::metal {
namespace {

LevelStats stats_of(Span<const RowStats> rows, std::int32_t batch) {
  LevelStats all{};
  for (const RowStats& row : rows) {
    all.mean += row.sum;
    all.mean_square += row.square;
    all.max_abs = std::max<double>(all.max_abs, row.largest);
    all.zero_fraction += row.zeros;
  }
  const double count = static_cast<double>(rows.size()) * batch;
  if (count == 0) return {};
  return {all.mean / count, all.mean_square / count, all.max_abs, all.zero_fraction / count};
}

}  // namespace

std::vector<LevelStats> MetalBackend::level_stats(const DeviceCsr& csr, const Panel& panel) {
  require_level_stats(csr.host(), panel);
  const RowPlan& plan = csr.host().target_plan;
  const auto rows = static_cast<std::int32_t>(plan.rows.size());
  const auto sums = allocate(plan.rows.size() * sizeof(RowStats));
  encoder()
      .launch("level_stats_tile_f32")
      .arg(*device_csr(csr).by_target().plan_rows)
      .arg(panel.buffer())
      .arg(*sums)
      .params(StatsArguments{panel.shape(), rows})
      .moves(rows * (std::int64_t{4} * padded_batch(panel.batch()) + 4 + 16))
      .over_groups(rows);
  finish();
  std::vector<LevelStats> result;
  for (std::int32_t level = 0; level < plan.levels(); ++level) {
    const auto l = static_cast<std::size_t>(level);
    const std::int32_t first = plan.level_begin[l], last = plan.level_begin[l + 1];
    const Span<const RowStats> some(sums->as<RowStats>() + first,
                                    static_cast<std::size_t>(last - first));
    result.push_back(stats_of(some, panel.batch()));
  }
  return result;
}

}  // namespace sparsegrow::metal
