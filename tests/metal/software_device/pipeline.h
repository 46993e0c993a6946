// MTLComputePipelineState: one kernel, ready to run.
#pragma once

#include <cstdint>

#include "launch.h"
#include "library.h"

namespace sparsegrow::software_metal {

struct Pipeline final : Object {
  static constexpr const char* kClass = "MTLComputePipelineState";
  static constexpr unsigned long kLanes = 32, kMostThreads = 1024;

  std::string name;
  void (*launch)(const software_gpu::Launch*) = nullptr;
  std::uint32_t buffers = 0;            // bit i: the kernel has a [[buffer(i)]]
  std::uint32_t writes = 0;             // bit i: and may write to it
  std::uint32_t threadgroup = 0;        // bit i: it has a [[threadgroup(i)]]
  std::map<int, unsigned long> values;  // index -> bytes of the one value in that buffer
};

// Owned by the caller.
Pipeline* make_pipeline(const Function& function);

}  // namespace sparsegrow::software_metal
