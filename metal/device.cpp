#include "metal/device.h"

#include "metal/kernel_source.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow::metal {
namespace {

constexpr NS::UInteger kLanes = 32;  // of a SIMD-group, as the kernels have it

// Lanes that sum across a SIMD-group, threadgroups cut short at the edge, 32-bit float as written.
Owned<MTL::CompileOptions> compile_options() {
  auto options = NS::TransferPtr(MTL::CompileOptions::alloc()->init());
  options->setLanguageVersion(MTL::LanguageVersion3_0);
  options->setFastMathEnabled(false);
  return options;
}

}  // namespace

// These reasons are shown beside the device's name.
Device::Device() {
  const ReleasePool pool;
  device_ = NS::TransferPtr(MTL::CreateSystemDefaultDevice());
  if (!device_) throw std::runtime_error("this machine has no Metal device");
  if (!device_->supportsFamily(MTL::GPUFamilyApple7)) {
    throw std::runtime_error(concat("'", name(), "' is older than an Apple M1"));
  }
  queue_ = NS::TransferPtr(device_->newCommandQueue());
  if (!queue_) throw std::runtime_error(concat("'", name(), "' gives no command queue"));
}

std::string Device::name() const {
  const ReleasePool pool;
  return device_->name()->utf8String();
}

MTL::Library& Device::library() {
  if (library_) return *library_.get();
  const ReleasePool pool;
  NS::Error* error = nullptr;
  const auto options = compile_options();
  library_ = NS::TransferPtr(device_->newLibrary(string_of(kKernelSource), options.get(), &error));
  if (!library_) throw_runtime(kMetal, concat("the kernels do not compile: ", reason_of(error)));
  return *library_.get();
}

Owned<MTL::Function> Device::function(const std::string& kernel) {
  return NS::TransferPtr(library().newFunction(string_of(kernel)));
}

bool Device::has_kernel(const std::string& name) {
  const ReleasePool pool;
  return function(name).get() != nullptr;
}

MTL::ComputePipelineState& Device::pipeline(const std::string& kernel) {
  const auto known = pipelines_.find(kernel);
  if (known != pipelines_.end()) return *known->second.get();
  const ReleasePool pool;
  const auto body = function(kernel);
  if (!body) throw_runtime(kMetal, concat("there is no kernel ", kernel));
  NS::Error* error = nullptr;
  auto state = NS::TransferPtr(device_->newComputePipelineState(body.get(), &error));
  if (!state) {
    throw_runtime(kMetal, concat("kernel ", kernel, " cannot be used: ", reason_of(error)));
  }
  if (state->threadExecutionWidth() != kLanes ||
      state->maxTotalThreadsPerThreadgroup() < kThreads) {
    throw_runtime(
        kMetal, concat("kernel ", kernel, " runs in SIMD-groups of ", state->threadExecutionWidth(),
                       " and threadgroups of ", state->maxTotalThreadsPerThreadgroup(),
                       ", expected ", kLanes, " and at least ", kThreads));
  }
  return *pipelines_.emplace(kernel, std::move(state)).first->second.get();
}

}  // namespace sparsegrow::metal
