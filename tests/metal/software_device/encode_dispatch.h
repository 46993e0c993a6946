// From the state of an encoder to a dispatch, with the checks of Metal's validation layer.
#pragma once

#include "encoder.h"

namespace sparsegrow::software_metal {

constexpr unsigned long kMostThreadgroupBytes = 32 << 10;  // of one threadgroup

struct Size {  // MTLSize
  unsigned long width, height, depth;
};

// Grid in threads. Fails with one line for what Metal would refuse.
void encode_dispatch(Encoder& encoder, Size grid, Size threadgroup);

}  // namespace sparsegrow::software_metal
