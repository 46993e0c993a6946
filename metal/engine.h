// What the verbs of the Metal backend share.
#pragma once

#include "metal/buffer_pool.h"
#include "metal/device.h"
#include "metal/encoder.h"

namespace sparsegrow::metal {

struct Engine {
  Device device;
  BufferPool pool{device};
  Encoder encoder{device, pool};
};

}  // namespace sparsegrow::metal
