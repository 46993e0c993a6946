// Memory cells, backward; formulas in kernel_params.h.
#include "metal/kernels/cell_place.h"

using namespace sparsegrow;

// What a step needs of the tape and of the memory before the window.
struct CellPast {
  float z;
  float i;
  float f;
  float o;
  float g;
  float tanh_c;
  float c_before;
  float h_before;
};

inline CellPast cell_past(CellArguments a, CellOwner own, device const float* before,
                          device const float* tape, int32_t step) {
  CellPast past;
  past.z = tape[cell_tape_element(a, own, kTapeZ, step)];
  past.i = tape[cell_tape_element(a, own, kTapeI, step)];
  past.f = tape[cell_tape_element(a, own, kTapeF, step)];
  past.o = tape[cell_tape_element(a, own, kTapeO, step)];
  past.g = tape[cell_tape_element(a, own, kTapeG, step)];
  past.tanh_c = metal::tanh(tape[cell_tape_element(a, own, kTapeC, step)]);
  if (step > 0) {
    past.c_before = tape[cell_tape_element(a, own, kTapeC, step - 1)];
    past.h_before = tape[cell_tape_element(a, own, kTapeO, step - 1)] * metal::tanh(past.c_before);
  } else {
    past.c_before = before[cell_memory_element(a, own, 0)];
    past.h_before = before[cell_memory_element(a, own, 1)];
  }
  return past;
}

// What flows from a step to the one before it.
struct CellFlow {
  float dc;
  float dh;
};

// Returns the gradient of z, given that of z'; adds to the sums dp of the parameters' gradients.
inline float cell_step_back(thread const float* p, CellPast past, float dz, thread CellFlow& flow,
                            thread float* dp) {
  dp[12] += dz * (past.o * past.tanh_c);
  const float dh = flow.dh + p[12] * dz;
  const float dc = flow.dc + dh * past.o * (1.0f - past.tanh_c * past.tanh_c);
  // Of the gates' arguments, in the order of their parameters.
  const float d[4] = {
      dc * past.g * past.i * (1.0f - past.i), dc * past.c_before * past.f * (1.0f - past.f),
      dh * past.tanh_c * past.o * (1.0f - past.o), dc * past.i * (1.0f - past.g * past.g)};
  flow.dc = dc * past.f;
  flow.dh = 0.0f;
  float sum = dz;
  for (int32_t k = 0; k < 4; ++k) {
    sum += p[3 * k] * d[k];
    flow.dh += p[3 * k + 1] * d[k];
    dp[3 * k] += d[k] * past.z;
    dp[3 * k + 1] += d[k] * past.h_before;
    dp[3 * k + 2] += d[k];
  }
  return sum;
}

// One SIMD-group for each cell: lanes over its streams, each from the last step to the first, then
// one sum of all lanes for each parameter.
kernel void cell_grad_tile_f32(
    device const int32_t* rows [[buffer(0)]], device const int32_t* cells [[buffer(1)]],
    device const float* parameters [[buffer(2)]], device const float* before [[buffer(3)]],
    device const float* tape [[buffer(4)]], device float* panel [[buffer(5)]],
    device float* dparameters [[buffer(6)]], constant CellArguments& a [[buffer(7)]],
    uint at [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
  const int32_t item = int32_t(at) / kTileWidth;
  if (item >= a.count) return;
  const int32_t row = rows[item];
  float p[kCellParameters];
  load_cell_parameters(a, parameters, row, p);
  float dp[kCellParameters] = {};
  for (int32_t stream = int32_t(lane); stream < a.streams; stream += kTileWidth) {
    const CellOwner own = {row, cells[item], stream};
    CellFlow flow = {0.0f, 0.0f};
    for (int32_t step = a.panel.batch / a.streams; step-- > 0;) {
      const int64_t here = cell_panel_element(a, own, step);
      const CellPast past = cell_past(a, own, before, tape, step);
      panel[here] = cell_step_back(p, past, panel[here], flow, dp);
    }
  }
  for (int32_t k = 0; k < kCellParameters; ++k) {
    const float sum = metal::simd_sum(dp[k]);
    if (lane == 0) dparameters[cell_parameter_element(a, row, k)] = sum;
  }
}
