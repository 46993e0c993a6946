// MTLDevice: there is one.
#include "buffer.h"
#include "classes.h"
#include "encode_dispatch.h"
#include "failure.h"
#include "faults.h"
#include "labels.h"
#include "queue.h"
#include "software_metal.h"
#include "uses.h"

namespace sparsegrow::software_metal {
namespace {

struct Device final : Object {
  static constexpr const char* kClass = "MTLDevice";
};

constexpr long kFamilyApple7 = 1007;
constexpr unsigned long kWorkingSet = 8ul << 30;  // bytes
unsigned long max_buffer_length = 4ul << 30;      // bytes

bool supports_family(Device*, SEL, long family) {
  return !fails_now(Fault::kFamily) && family <= kFamilyApple7;
}

Library* new_library(Device*, SEL, String* source, CompileOptions* options, Error** error) {
  if (!source) fail("newLibrary without a source");
  return make_library(source->text, options, error);
}

Buffer* new_buffer(Device*, SEL, unsigned long length, unsigned long options) {
  if (length == 0) fail("newBuffer with a length of zero");
  if (length > max_buffer_length) {
    fail("newBuffer with ", length, " bytes, the device has at most ", max_buffer_length);
  }
  return fails_now(Fault::kAllocation) ? nullptr : make_buffer(length, options);
}

Buffer* new_buffer_of(Device* self, SEL selector, const char* bytes, unsigned long length,
                      unsigned long options) {
  if (!bytes) fail("newBuffer from a null pointer");
  Buffer* const buffer = new_buffer(self, selector, length, options);
  if (buffer) std::copy(bytes, bytes + length, buffer->pages->data());
  return buffer;
}

Pipeline* new_pipeline(Device*, SEL, Function* function, Error** error) {
  if (!function) fail("newComputePipelineState without a function");
  if (!fails_now(Fault::kPipeline)) return make_pipeline(*function);
  set_error(error, "AGXMetal", 3, "Compiler encountered an internal error");
  return nullptr;
}

void register_limits() {
  constexpr const char* kName = Device::kClass;
  on_object(kName, "supportsFamily:", supports_family);
  on_object(kName, "hasUnifiedMemory", +[](Device*, SEL) { return true; });
  on_object(kName, "maxBufferLength", +[](Device*, SEL) { return max_buffer_length; });
  on_object(kName, "recommendedMaxWorkingSetSize", +[](Device*, SEL) { return kWorkingSet; });
  on_object(kName, "currentAllocatedSize", +[](Device*, SEL) { return allocated_bytes(); });
  on_object(
      kName, "maxThreadsPerThreadgroup", +[](Device*, SEL) {
        return Size{Pipeline::kMostThreads, Pipeline::kMostThreads, Pipeline::kMostThreads};
      });
  on_object(
      kName, "maxThreadgroupMemoryLength", +[](Device*, SEL) { return kMostThreadgroupBytes; });
}

}  // namespace

void register_device() {
  constexpr const char* kName = Device::kClass;
  register_limits();
  on_object(
      kName, "name",
      +[](Device*, SEL) { return given_away(make_string("software Metal device")); });
  on_object(kName, "newCommandQueue", +[](Device*, SEL) { return make<Queue>(); });
  on_object(kName, "newLibraryWithSource:options:error:", new_library);
  on_object(kName, "newBufferWithLength:options:", new_buffer);
  on_object(kName, "newBufferWithBytes:length:options:", new_buffer_of);
  on_object(kName, "newComputePipelineStateWithFunction:error:", new_pipeline);
}

extern "C" void software_metal_set_max_buffer_length(unsigned long bytes) {
  max_buffer_length = bytes;
}

}  // namespace sparsegrow::software_metal

// Each call gives the same device on real Metal; here one object for each, of one device.
extern "C" sparsegrow::software_metal::Object* MTLCreateSystemDefaultDevice() {
  using namespace sparsegrow::software_metal;
  register_classes();
  watch_accesses();
  return fails_now(Fault::kNoDevice) ? nullptr : make<Device>();
}
