// Memory cells, forward; formulas in kernel_params.h.
#include "metal/kernels/activation.h"
#include "metal/kernels/cell_place.h"

using namespace sparsegrow;

// The argument of gate k of the order i, f, o, g.
inline float cell_gate_input(thread const float* p, int32_t k, float z, float h) {
  return p[3 * k] * z + p[3 * k + 1] * h + p[3 * k + 2];
}

// One thread for each cell and stream, neighbouring threads for neighbouring streams; it goes from
// step to step.
kernel void cell_tile_f32(device const int32_t* rows [[buffer(0)]],
                          device const int32_t* cells [[buffer(1)]],
                          device const float* parameters [[buffer(2)]],
                          device const float* before [[buffer(3)]],
                          device float* after [[buffer(4)]], device float* panel [[buffer(5)]],
                          device float* tape [[buffer(6)]], constant CellArguments& a [[buffer(7)]],
                          uint at [[thread_position_in_grid]]) {
  const int32_t item = int32_t(at) / a.streams;
  if (item >= a.count) return;
  const CellOwner own = {rows[item], cells[item], int32_t(at) % a.streams};
  float p[kCellParameters];
  load_cell_parameters(a, parameters, own.row, p);
  float c = before[cell_memory_element(a, own, 0)];
  float h = before[cell_memory_element(a, own, 1)];
  for (int32_t step = 0; step < a.panel.batch / a.streams; ++step) {
    const int64_t here = cell_panel_element(a, own, step);
    const float z = panel[here];
    const float i = sigmoid(cell_gate_input(p, 0, z, h));
    const float f = sigmoid(cell_gate_input(p, 1, z, h));
    const float o = sigmoid(cell_gate_input(p, 2, z, h));
    const float g = metal::tanh(cell_gate_input(p, 3, z, h));
    c = f * c + i * g;
    h = o * metal::tanh(c);
    panel[here] = z + p[12] * h;
    const float kept[kCellTape] = {z, i, f, o, g, c};
    for (int32_t k = 0; k < kCellTape; ++k) tape[cell_tape_element(a, own, k, step)] = kept[k];
  }
  after[cell_memory_element(a, own, 0)] = c;
  after[cell_memory_element(a, own, 1)] = h;
}
