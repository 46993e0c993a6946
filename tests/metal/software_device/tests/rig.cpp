#include "rig.h"

#include <algorithm>

#include "child.h"

namespace sparsegrow::software_metal {

const char* const kKernels = R"(
#include <metal_stdlib>
using namespace metal;

struct ScaleArguments {
  uint count;
  float factor;
};

kernel void scale(device const float* x [[buffer(0)]],  // the [[buffer(3)]] of a comment
                  device float* y [[buffer(1)]],
                  constant ScaleArguments& a [[buffer(2)]],
                  uint i [[thread_position_in_grid]]) {
  if (i < a.count) y[i] = a.factor * x[i];
}

kernel void sum(device const float* x [[buffer(0)]],
                device atomic_float* total [[buffer(1)]],
                constant uint& count [[buffer(2)]],
                threadgroup float* part [[threadgroup(0)]],
                uint i [[thread_position_in_grid]],
                uint t [[thread_position_in_threadgroup]],
                uint threads [[threads_per_threadgroup]]) {
  part[t] = i < count ? x[i] : 0.0f;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint half_of = threads / 2; half_of > 0; half_of /= 2) {
    if (t < half_of) part[t] += part[t + half_of];
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }
  if (t == 0) atomic_fetch_add_explicit(total, part[0], memory_order_relaxed);
}
)";

Rig::Rig()
    : device(NS::TransferPtr(MTL::CreateSystemDefaultDevice())),
      queue(NS::TransferPtr(device->newCommandQueue())) {
  NS::Error* error = nullptr;
  library = NS::TransferPtr(device->newLibrary(string_of(kKernels), nullptr, &error));
  expect(library.get() != nullptr,
         error ? error->localizedDescription()->utf8String() : "an error with no library");
}

MTL::ComputePipelineState& Rig::pipeline(const char* kernel) {
  const auto function = NS::TransferPtr(library->newFunction(string_of(kernel)));
  NS::Error* error = nullptr;
  pipelines.push_back(NS::TransferPtr(device->newComputePipelineState(function.get(), &error)));
  return *pipelines.back();
}

Owned<MTL::Buffer> Rig::values(std::size_t count, float value, const char* label) {
  auto buffer =
      NS::TransferPtr(device->newBuffer(count * sizeof(float), MTL::ResourceStorageModeShared));
  buffer->setLabel(string_of(label));
  std::fill_n(floats(*buffer), count, value);
  return buffer;
}

void Rig::scale(MTL::ComputeCommandEncoder& encoder, float factor, MTL::Buffer& x, MTL::Buffer& y) {
  const ScaleArguments arguments = {kCount, factor};
  encoder.setComputePipelineState(&pipeline("scale"));
  encoder.setBuffer(&x, 0, 0);
  encoder.setBuffer(&y, 0, 1);
  encoder.setBytes(&arguments, sizeof(arguments), 2);
  encoder.dispatchThreads(in_row(kCount), in_row(256));
}

void Rig::sum(MTL::ComputeCommandEncoder& encoder, MTL::Buffer& x, MTL::Buffer& total) {
  const std::uint32_t count = kCount;
  encoder.setComputePipelineState(&pipeline("sum"));
  encoder.setBuffer(&x, 0, 0);
  encoder.setBuffer(&total, 0, 1);
  encoder.setBytes(&count, sizeof(count), 2);
  encoder.setThreadgroupMemoryLength(256 * sizeof(float), 0);
  encoder.dispatchThreadgroups(in_row(3), in_row(256));
}

}  // namespace sparsegrow::software_metal
