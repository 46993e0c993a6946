// One run of a kernel, with the arguments it was given.
#pragma once

#include <vector>

#include "buffer.h"
#include "pipeline.h"

namespace sparsegrow::software_metal {

struct Dispatch {
  struct Binding {
    int index;
    Buffer* buffer;           // or nullptr:
    std::vector<char> bytes;  // of setBytes
  };

  const Pipeline* pipeline;
  software_gpu::Launch launch;
  std::vector<Binding> bindings;
};

void launch(Dispatch& dispatch);
void forget(Dispatch& dispatch);  // it ends its uses of buffers, run or not

}  // namespace sparsegrow::software_metal
