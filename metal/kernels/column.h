// Elements of a panel by their sample, for kernels whose threads do not follow the tiles.
#pragma once

#include "sparsegrow/backend/kernel_params.h"

namespace sparsegrow {

// `column` is a sample, or one of the columns of padding that follow the last.
inline int64_t column_element(PanelShape shape, int32_t row, int32_t column) {
  return tile_offset(shape, column / kTileWidth, row) + column % kTileWidth;
}

}  // namespace sparsegrow
