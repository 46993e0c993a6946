// The GPU of this machine, its queue, and our kernels as it has compiled them.
#pragma once

#include <map>
#include <string>

#include "metal/metal_cpp.h"

namespace sparsegrow::metal {

constexpr char kMetal[] = "Metal";      // where an error of the device comes from
constexpr NS::UInteger kThreads = 256;  // of a threadgroup: eight SIMD-groups

class Device {
 public:
  // Throws runtime_error, with the reason in words for the user, when there is no GPU that can run
  // our kernels.
  Device();

  MTL::Device& handle() const { return *device_.get(); }
  MTL::CommandQueue& queue() const { return *queue_.get(); }
  std::string name() const;
  std::size_t largest_buffer() const { return device_->maxBufferLength(); }

  bool has_kernel(const std::string& name);
  // Compiled at the first call; all kernels' text at the first call of any. Throws runtime_error
  // with the compiler's words.
  MTL::ComputePipelineState& pipeline(const std::string& kernel);

 private:
  MTL::Library& library();
  Owned<MTL::Function> function(const std::string& kernel);

  Owned<MTL::Device> device_;
  Owned<MTL::CommandQueue> queue_;
  Owned<MTL::Library> library_;
  std::map<std::string, Owned<MTL::ComputePipelineState>> pipelines_;
};

}  // namespace sparsegrow::metal
