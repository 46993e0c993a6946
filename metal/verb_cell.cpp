// cell and cell_grad: forward a thread for each cell and stream, backward a SIMD-group for each
// cell, since its streams share its parameters.
#include "metal/backend_class.h"
#include "metal/kernels/cell_arguments.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::metal {
namespace {

CellArguments arguments_of(const CellRows& cells, const Panel& panel, const Panel& tape) {
  return {panel.shape(), tape.rows() / kCellTape, static_cast<std::int32_t>(cells.rows.size()),
          cells.streams};
}

// Each cell's places and parameters, c and h of its streams `memories` times, and for each sample
// its panel element twice and its tape once.
std::int64_t bytes_of(const CellArguments& a, int parameters, int memories) {
  const std::int64_t of_cell = 8 + 4 * std::int64_t{parameters} * kCellParameters;
  const std::int64_t of_streams = std::int64_t{8} * memories * a.streams;
  return a.count * (of_cell + of_streams + std::int64_t{4} * (2 + kCellTape) * a.panel.batch);
}

}  // namespace

void MetalBackend::cell(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                        Buffer& after, Panel& z, Panel& tape) {
  require_cell(cells, parameters, before, after, z, tape);
  if (cells.rows.empty() || z.batch() == 0) return;
  const CellArguments arguments = arguments_of(cells, z, tape);
  Launch launch = encoder().launch("cell_tile_f32");
  launch.staged(cells.rows).staged(cells.cells).arg(parameters).arg(before).arg(after);
  launch.arg(z.buffer()).arg(tape.buffer()).params(arguments);
  launch.moves(bytes_of(arguments, 1, 2));
  launch.over(std::int64_t{arguments.count} * arguments.streams);
}

void MetalBackend::cell_grad(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                             const Panel& tape, Panel& dz, Buffer& dparameters) {
  require_cell_grad(cells, parameters, before, tape, dz, dparameters);
  if (cells.rows.empty()) return;
  const CellArguments arguments = arguments_of(cells, dz, tape);
  Launch launch = encoder().launch("cell_grad_tile_f32");
  launch.staged(cells.rows).staged(cells.cells).arg(parameters).arg(before).arg(tape.buffer());
  launch.arg(dz.buffer()).arg(dparameters).params(arguments);
  launch.moves(bytes_of(arguments, 2, 1));
  launch.over_groups(arguments.count);
}

}  // namespace sparsegrow::metal
