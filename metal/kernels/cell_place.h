// Where the numbers of a memory cell are. Sample step * streams + stream is a step of a stream.
#pragma once

#include <metal_stdlib>

#include "metal/kernels/cell_arguments.h"
#include "metal/kernels/column.h"

namespace sparsegrow {

// One cell in one stream.
struct CellOwner {
  int32_t row;   // of the panel
  int32_t cell;  // among all cells
  int32_t stream;
};

inline int64_t cell_panel_element(CellArguments a, CellOwner own, int32_t step) {
  return column_element(a.panel, own.row, step * a.streams + own.stream);
}

// `kind` is a CellTape.
inline int64_t cell_tape_element(CellArguments a, CellOwner own, int32_t kind, int32_t step) {
  const PanelShape tape = {kCellTape * a.cells, a.panel.batch};
  return column_element(tape, kind * a.cells + own.cell, step * a.streams + own.stream);
}

// c (kind 0) or h (kind 1) at the border of the window.
inline int64_t cell_memory_element(CellArguments a, CellOwner own, int32_t kind) {
  return (int64_t(kind) * a.streams + own.stream) * a.panel.rows + own.row;
}

inline int64_t cell_parameter_element(CellArguments a, int32_t row, int32_t parameter) {
  return int64_t(parameter) * a.panel.rows + row;
}

inline void load_cell_parameters(CellArguments a, device const float* parameters, int32_t row,
                                 thread float* p) {
  for (int32_t k = 0; k < kCellParameters; ++k) {
    p[k] = parameters[cell_parameter_element(a, row, k)];
  }
}

}  // namespace sparsegrow
