// spmm. The unit of work is one block of the row plan in one tile of the panel.
#include "cpu/plan_side.h"

namespace sparsegrow::cpu {

void CpuBackend::spmm(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                      const Buffer* bias, const Panel& x, Panel& y, SumFrom from) {
  const Csr& host = csr.host();
  require_spmm(host, level, values, bias, x, y);
  const PlanSide side{host.by_target, host.target_plan, level};
  const std::int64_t blocks = side.blocks();
  with_real(x.dtype(), [&](auto real) {
    using Real = decltype(real);
    // Tiles outside: a thread stays in one tile, whose rows then stay in its cache.
    run_items(tile_count(x.batch()) * blocks, side.is_small(x.batch()), [&](std::int64_t i) {
      const auto block = side.first_block() + static_cast<std::int32_t>(i % blocks);
      auto task = task_of<Real>(side, block, block + 1);
      task.values = values.as<Real>();
      task.bias = bias ? bias->as<Real>() : nullptr;
      task.accumulate = from == SumFrom::target;
      run_tile(table<Real>(), side, task, x, y, static_cast<std::int32_t>(i / blocks),
               side.has_vector_rows(block));
    });
  });
}

}  // namespace sparsegrow::cpu
