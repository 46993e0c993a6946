// activate, activate_grad and dropout: elementwise over the target rows of a level.
#include "metal/backend_class.h"
#include "metal/kernels/arguments.h"
#include "sparsegrow/backend/dropout_mask.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::metal {
namespace {

// Rows [first, first + count) of the target plan.
struct LevelRows {
  std::int32_t first, count;
};

LevelRows rows_of(const DeviceCsr& csr, std::int32_t level) {
  const auto& begin = csr.host().target_plan.level_begin;
  const auto l = static_cast<std::size_t>(level);
  return {begin[l], begin[l + 1] - begin[l]};
}

// Each row's place in the plan, its lines of `panels` panels, and `numbers` of its own.
std::int64_t bytes_of(LevelRows rows, const Panel& panel, std::int64_t panels,
                      std::int64_t numbers) {
  return 4 * std::int64_t{rows.count} * (1 + panels * padded_batch(panel.batch()) + numbers);
}

}  // namespace

void MetalBackend::activate(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                            const Buffer* srelu, const Panel& z, Panel& a) {
  require_activate(csr.host(), level, f, srelu, z, a);
  if (f.kind == ActivationKind::identity && &z.buffer() == &a.buffer()) return;
  const LevelRows rows = rows_of(csr, level);
  const ActivateArguments arguments{z.shape(), rows.first, rows.count, narrowed(f), 0};
  encoder()
      .launch("activate_tile_f32")
      .arg(*device_csr(csr).by_target().plan_rows)
      .arg(srelu ? *srelu : z.buffer())
      .arg(z.buffer())
      .arg(a.buffer())
      .params(arguments)
      .moves(bytes_of(rows, z, 2, srelu ? kSreluParameters : 0))
      .over_lanes(rows.count, z);
}

void MetalBackend::activate_grad(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                                 const Buffer* srelu, const Panel& z, Panel& d, Buffer* dsrelu,
                                 SlopeOf of) {
  require_activate_grad(csr.host(), level, f, srelu, z, d, dsrelu, of);
  if (f.kind == ActivationKind::identity || z.batch() == 0) return;
  const LevelRows rows = rows_of(csr, level);
  const ActivateArguments arguments{z.shape(), rows.first, rows.count, narrowed(f),
                                    of == SlopeOf::output};
  encoder()
      .launch("activate_grad_tile_f32")
      .arg(*device_csr(csr).by_target().plan_rows)
      .arg(srelu ? *srelu : z.buffer())
      .arg(z.buffer())
      .arg(d.buffer())
      .arg(dsrelu ? *dsrelu : d.buffer())
      .params(arguments)
      .moves(bytes_of(rows, z, 3, srelu ? 2 * kSreluParameters : 0))
      .over_groups(rows.count);
}

void MetalBackend::dropout(const DeviceCsr& csr, std::int32_t level, DropoutParams drop,
                           Panel& panel) {
  require_dropout(csr.host(), level, drop, panel);
  if (drop.rate == 0) return;
  const LevelRows rows = rows_of(csr, level);
  const double rate = drop.rate;
  const DropoutArguments arguments{panel.shape(),
                                   rows.first,
                                   rows.count,
                                   dropout_call(drop.seed, drop.step),
                                   dropout_threshold(drop.rate),
                                   static_cast<float>(1 / (1 - rate))};
  encoder()
      .launch("dropout_tile_f32")
      .arg(*device_csr(csr).by_target().plan_rows)
      .arg(panel.buffer())
      .params(arguments)
      .moves(bytes_of(rows, panel, 2, 0))
      .over_lanes(rows.count, panel);
}

}  // namespace sparsegrow::metal
