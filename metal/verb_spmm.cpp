// spmm and spmm_t: batches in tiles, a batch of one by the length of the row.
#include "metal/backend_class.h"
#include "metal/kernels/arguments.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::metal {
namespace {

// Rows [first, last) of a side's plan; one run of a kernel.
struct PlanRows {
  std::int32_t first, last;
  std::int32_t count() const { return last - first; }
};

struct PlannedRows {
  PlanRows all, scalar, vector;
};

PlannedRows rows_of(const RowPlan& plan, std::int32_t level) {
  const auto l = static_cast<std::size_t>(level);
  const std::int32_t begin = plan.level_begin[l], end = plan.level_begin[l + 1],
                     vector = plan.vector_begin[l];
  return {{begin, end}, {begin, vector}, {vector, end}};
}

std::int64_t edges_of(const CsrSide& side, PlanRows rows) {
  const auto& begin = side.pattern->row_begin;
  std::int64_t edges = 0;
  for (std::int32_t i = rows.first; i < rows.last; ++i) {
    const auto row = static_cast<std::size_t>(side.plan->rows[static_cast<std::size_t>(i)]);
    edges += begin[row + 1] - begin[row];
  }
  return edges;
}

// Each edge once with its column and value and a line of x, each row once with its place in the
// arrays and a line of y.
std::int64_t bytes_of(const CsrSide& side, PlanRows rows, std::int32_t batch, int per_edge,
                      int panels_per_row) {
  const std::int64_t line = std::int64_t{4} * padded_batch(batch);
  return edges_of(side, rows) * (per_edge + line) + rows.count() * (16 + panels_per_row * line);
}

}  // namespace

void MetalBackend::spmm(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                        const Buffer* bias, const Panel& x, Panel& y, SumFrom from) {
  require_spmm(csr.host(), level, values, bias, x, y);
  const CsrSide& side = device_csr(csr).by_target();
  const PlannedRows rows = rows_of(*side.plan, level);
  const bool adds = from == SumFrom::target;
  const auto run = [&](const char* kernel, PlanRows some) {
    const SpmmArguments arguments{x.shape(),    y.shape(),       some.first,
                                  some.count(), bias != nullptr, adds};
    Launch launch = encoder().launch(kernel);
    launch.arg(*side.row_begin).arg(*side.column).arg(*side.plan_rows).arg(values);
    launch.arg(bias ? *bias : values).arg(x.buffer()).arg(y.buffer()).params(arguments);
    launch.moves(bytes_of(side, some, x.batch(), 8, adds ? 2 : 1));
    return launch;
  };
  if (x.batch() != 1) return run("spmm_tile_f32", rows.all).over_lanes(rows.all.count(), y);
  run("spmm_scalar_f32", rows.scalar).over(rows.scalar.count());
  run("spmm_vector_f32", rows.vector).over_groups(rows.vector.count());
}

void MetalBackend::spmm_t(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                          const Panel& dy, Panel& dx) {
  require_spmm_t(csr.host(), level, values, dy, dx);
  const MetalCsr& device = device_csr(csr);
  const CsrSide& side = device.by_source();
  const PlannedRows rows = rows_of(*side.plan, level);
  const auto run = [&](const char* kernel, PlanRows some) {
    const SpmmArguments arguments{dy.shape(), dx.shape(), some.first, some.count(), 0, 0};
    Launch launch = encoder().launch(kernel);
    launch.arg(*side.row_begin).arg(*side.column).arg(*side.plan_rows).arg(device.position());
    launch.arg(values).arg(dy.buffer()).arg(dx.buffer()).params(arguments);
    launch.moves(bytes_of(side, some, dy.batch(), 12, 1));
    return launch;
  };
  if (dy.batch() != 1) return run("spmm_t_tile_f32", rows.all).over_lanes(rows.all.count(), dx);
  run("spmm_t_scalar_f32", rows.scalar).over(rows.scalar.count());
  run("spmm_t_vector_f32", rows.vector).over_groups(rows.vector.count());
}

}  // namespace sparsegrow::metal
