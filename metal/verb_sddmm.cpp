// sddmm and row_sum: the gradients of values and biases.
#include "metal/backend_class.h"
#include "metal/kernels/arguments.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::metal {

void MetalBackend::sddmm(const DeviceCsr& csr, const Panel& x, const Panel& dy, Buffer& dvalues) {
  require_sddmm(csr.host(), x, dy, dvalues);
  const MetalCsr& device = device_csr(csr);
  const std::int64_t edges = csr.host().edges();
  const std::int64_t line = std::int64_t{4} * padded_batch(x.batch());
  const SddmmArguments arguments{x.shape(), dy.shape(), csr.host().edges()};
  const bool tiles = x.batch() != 1;  // an empty batch has none, and sums of zero
  Launch launch = encoder().launch(tiles ? "sddmm_tile_f32" : "sddmm_scalar_f32");
  launch.arg(*device.by_target().column).arg(device.edge_target()).arg(x.buffer());
  launch.arg(dy.buffer()).arg(dvalues).params(arguments);
  launch.moves(edges * (12 + line) + dy.rows() * line);
  if (!tiles) return launch.over(edges);
  launch.over_groups((edges + kTileWidth - 1) / kTileWidth);
}

void MetalBackend::row_sum(const Panel& panel, std::int32_t first_row, Buffer& out) {
  require_row_sum(panel, first_row, out);
  const std::int64_t rows = panel.rows() - first_row;
  const RowSumArguments arguments{panel.shape(), first_row};
  encoder()
      .launch("row_sum_tile_f32")
      .arg(panel.buffer())
      .arg(out)
      .params(arguments)
      .moves(4 * rows * (padded_batch(panel.batch()) + 1))
      .over_groups(rows);
}

}  // namespace sparsegrow::metal
