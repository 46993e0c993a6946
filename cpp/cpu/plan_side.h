// What spmm and spmm_t share: a level of one side of a Csr, its blocks as tasks of the kernels.
#pragma once

#include "cpu/backend_class.h"
#include "cpu/launch.h"

namespace sparsegrow::cpu {

// Multiply-adds under which waking other threads costs more than it saves: about 2 microseconds.
constexpr std::int64_t kSerialWork = 32768;

// The level of one side of a Csr: what spmm and spmm_t run over.
struct PlanSide {
  const Pattern& pattern;
  const RowPlan& plan;
  std::int32_t level;
  std::int64_t reach = reach_of(pattern, plan.level_begin[level + 1] - plan.level_begin[level],
                                [this](std::int64_t i) { return plan.level_rows(level)[i]; });

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
void run_items(std::int64_t count, bool serial, Body&& body) {
  if (!serial) return parallel_for(count, body);
  parallel_for(1, [&](std::int64_t) {
    for (std::int64_t i = 0; i < count; ++i) body(i);
  });
}

// The task of the rows of blocks [first, last), without values and panels.
template <class Real>
SpmmTask<Real> task_of(const PlanSide& side, std::int32_t first, std::int32_t last) {
  SpmmTask<Real> task{};
  task.row_begin = side.pattern.row_begin.data();
  task.column = side.pattern.column.data();
  task.edges = side.pattern.edges();
  task.rows = side.plan.rows.data() + side.plan.block_begin[first];
  task.count = side.plan.block_begin[last] - side.plan.block_begin[first];
  return task;
}

template <class Real>
void run_tile(const KernelTable<Real>& table, const PlanSide& side, SpmmTask<Real>& task,
              const Panel& x, const Panel& y, std::int32_t t, bool vector_rows) {
  const auto from = tile_of<Real>(x, t), to = tile_of<Real>(y, t);
  task.x = from.data;
  task.y = to.data;
  task.ahead = fetch_ahead<Real>(side.reach, from.width);
  if (to.width > 1) return table.spmm_tile[width_slot(to.width)](task);
  (vector_rows ? table.spmm_vector : table.spmm_scalar)(task);
}

}  // namespace sparsegrow::cpu
