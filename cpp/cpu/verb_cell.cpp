// cell and cell_grad. The unit of work is one memory neuron: its streams share its parameters.
#include "cpu/backend_class.h"
#include "cpu/launch.h"

namespace sparsegrow::cpu {
namespace {

constexpr std::int32_t kLanes = 8;

// Where the lanes from `stream` on are, at each step of the window.
std::vector<CellStep> steps_of(const Panel& panel, const Panel& tape, std::int32_t streams,
                               std::int32_t stream) {
  std::vector<CellStep> steps;
  for (std::int32_t column = stream; column < panel.batch(); column += streams) {
    const std::int32_t tile = column / kTileWidth;
    steps.push_back({tile_offset(panel.shape(), tile, 0), tile_offset(tape.shape(), tile, 0),
                     tile_width(panel.batch(), tile), column % kTileWidth});
  }
  return steps;
}

template <class Real>
CellTask<Real> task_of(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                       const Panel& panel, const Panel& tape) {
  CellTask<Real> task{};
  task.parameters = parameters.as<Real>();
  task.before = before.as<Real>();
  task.panel = panel.as<Real>();
  task.tape = tape.as<Real>();
  task.rows = panel.rows();
  task.streams = cells.streams;
  task.cells = tape.rows() / kCellTape;
  task.lanes = cells.streams == 1 ? 1 : kLanes;
  return task;
}

// Runs kernel(task) for each cell and each block of its streams, in order.
template <class Real, class Kernel>
void run_cells(const CellRows& cells, const Panel& panel, const Panel& tape,
               const CellTask<Real>& model, Kernel kernel) {
  std::vector<std::vector<CellStep>> steps;
  for (std::int32_t s = 0; s < cells.streams; s += model.lanes) {
    steps.push_back(steps_of(panel, tape, cells.streams, s));
  }
  parallel_for(static_cast<std::int64_t>(cells.rows.size()), [&](std::int64_t k) {
    auto task = model;
    task.row = cells.rows[static_cast<std::size_t>(k)];
    task.cell = cells.cells[static_cast<std::size_t>(k)];
    for (std::size_t block = 0; block < steps.size(); ++block) {
      task.stream = static_cast<std::int32_t>(block) * model.lanes;
      task.steps = steps[block].data();
      task.step_count = static_cast<std::int32_t>(steps[block].size());
      kernel(task);
    }
  });
}

}  // namespace

void CpuBackend::cell(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                      Buffer& after, Panel& z, Panel& tape) {
  require_cell(cells, parameters, before, after, z, tape);
  with_real(z.dtype(), [&](auto real) {
    using Real = decltype(real);
    auto task = task_of<Real>(cells, parameters, before, z, tape);
    task.after = after.as<Real>();
    run_cells(cells, z, tape, task, this->table<Real>().cell);
  });
}

void CpuBackend::cell_grad(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                           const Panel& tape, Panel& dz, Buffer& dparameters) {
  require_cell_grad(cells, parameters, before, tape, dz, dparameters);
  with_real(dz.dtype(), [&](auto real) {
    using Real = decltype(real);
    auto task = task_of<Real>(cells, parameters, before, dz, tape);
    task.dparameters = dparameters.as<Real>();
    for (const std::int32_t row : cells.rows) {  // the kernel adds
      for (int k = 0; k < kCellParameters; ++k) task.dparameters[k * task.rows + row] = 0;
    }
    run_cells(cells, dz, tape, task, this->table<Real>().cell_grad);
  });
}

}  // namespace sparsegrow::cpu
