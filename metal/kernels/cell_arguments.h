// What the host hands to the kernels of memory cells besides arrays. Legal C++ and legal Metal.
#pragma once

#include "sparsegrow/backend/kernel_params.h"

namespace sparsegrow {

// cell_tile, cell_grad_tile: the first `count` of the lists of rows and cells.
struct CellArguments {
  PanelShape panel;  // of z or dz; the tape has its batch
  int32_t cells;     // of the tape, which has kCellTape rows for each
  int32_t count;
  int32_t streams;
};

}  // namespace sparsegrow
