// MTLComputeCommandEncoder: puts dispatches down in a command buffer. Serial: each dispatch sees
// what the ones before it wrote.
#pragma once

#include <array>

#include "command_buffer.h"

namespace sparsegrow::software_metal {

struct Encoder final : Object {
  static constexpr const char* kClass = "MTLComputeCommandEncoder";

  struct Argument {
    Buffer* buffer = nullptr;  // from the offset on; or else
    unsigned long offset = 0;
    std::vector<char> bytes;
  };

  CommandBuffer* commands = nullptr;  // held while open; nullptr: ended
  const Pipeline* pipeline = nullptr;
  std::array<Argument, software_gpu::kMostBuffers> arguments;
  std::array<unsigned long, software_gpu::kMostBuffers> threadgroup_bytes = {};

  void dispose() override;
};

Encoder* make_encoder(CommandBuffer& commands);  // owned by the caller

}  // namespace sparsegrow::software_metal
