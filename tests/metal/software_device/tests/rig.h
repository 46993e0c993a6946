// A small engine over metal-cpp with two kernels, as host code would write it.
#pragma once

#include <Foundation/Foundation.hpp>
#include <Metal/Metal.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace sparsegrow::software_metal {

template <class Object>
using Owned = NS::SharedPtr<Object>;

template <class Object>
Object& operator*(const Owned<Object>& owned) {  // which metal-cpp leaves out
  return *owned.get();
}

class ReleasePool {
 public:
  ReleasePool() : pool_(NS::AutoreleasePool::alloc()->init()) {}
  ~ReleasePool() { pool_->release(); }
  ReleasePool(const ReleasePool&) = delete;
  ReleasePool& operator=(const ReleasePool&) = delete;

 private:
  NS::AutoreleasePool* pool_;
};

struct ScaleArguments {  // as in the kernel "scale"
  std::uint32_t count;
  float factor;
};

// What is autoreleased lives as long as the rig.
class Rig {
 public:
  static constexpr std::size_t kCount = 600;  // values, not a multiple of a threadgroup

  Rig();

  MTL::ComputePipelineState& pipeline(const char* kernel);
  Owned<MTL::Buffer> values(std::size_t count, float value, const char* label);
  MTL::CommandBuffer& commands() { return *queue->commandBuffer(); }
  // y[i] = factor * x[i], of kCount values.
  void scale(MTL::ComputeCommandEncoder& encoder, float factor, MTL::Buffer& x, MTL::Buffer& y);
  // total[0] += the sum of kCount values.
  void sum(MTL::ComputeCommandEncoder& encoder, MTL::Buffer& x, MTL::Buffer& total);

 private:
  ReleasePool pool_;

 public:
  Owned<MTL::Device> device;
  Owned<MTL::CommandQueue> queue;
  Owned<MTL::Library> library;
  std::vector<Owned<MTL::ComputePipelineState>> pipelines;
};

extern const char* const kKernels;  // Metal source of "scale" and "sum"

inline NS::String* string_of(const std::string& text) {
  return NS::String::string(text.c_str(), NS::UTF8StringEncoding);
}
inline MTL::Size in_row(std::size_t count) { return MTL::Size::Make(count, 1, 1); }
inline float* floats(MTL::Buffer& buffer) { return static_cast<float*>(buffer.contents()); }

}  // namespace sparsegrow::software_metal
