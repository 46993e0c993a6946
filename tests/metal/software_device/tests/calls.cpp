// Every shape of call that metal-cpp makes must reach its method whole: structs by value and
// returned, doubles, blocks. Built with and without optimisation.
#include <cstdio>

#include "rig.h"

using sparsegrow::software_metal::ReleasePool;
using sparsegrow::software_metal::string_of;

namespace {

int failures = 0;

void require(bool condition, const char* what) {
  if (condition) return;
  ++failures;
  std::fprintf(stderr, "wrong: %s\n", what);
}

void check_device(MTL::Device& device) {
  const MTL::Size most = device.maxThreadsPerThreadgroup();  // 24 bytes
  require(most.width == 1024 && most.height == 1024 && most.depth == 1024, "a struct returned");
  require(device.supportsFamily(MTL::GPUFamilyApple7), "a selector asked for first");
  require(!device.supportsFamily(MTL::GPUFamilyApple9), "a family that is not there");
  require(device.hasUnifiedMemory(), "a bool");
  require(string_of("text")->length() == 4, "a string's length");
  require(device.name()->isEqualToString(string_of("software Metal device")), "an object passed");
}

// The handler runs when the function that wrote it is long left.
void add_handler(MTL::CommandBuffer& commands, int& calls, double& seconds) {
  const std::string kept(100, 'k');
  commands.addCompletedHandler([&calls, &seconds, kept](MTL::CommandBuffer* done) {
    calls += kept == std::string(100, 'k') ? 1 : 100;
    seconds = done->GPUEndTime();
  });
}

void check_handlers(MTL::CommandQueue& queue) {
  MTL::CommandBuffer& commands = *queue.commandBuffer();
  int calls = 0;
  double seconds = 0;
  add_handler(commands, calls, seconds);
  add_handler(commands, calls, seconds);
  commands.commit();
  require(calls == 0, "a handler waits for the end");
  commands.waitUntilCompleted();
  require(calls == 2, "both handlers were called, with what they captured");
  require(seconds > 0 && seconds == commands.GPUEndTime(), "a double");
}

void check_unused_handler(MTL::CommandQueue& queue) {
  int calls = 0;
  double seconds = 0;
  {
    const ReleasePool pool;
    add_handler(*queue.commandBuffer(), calls, seconds);
  }
  require(calls == 0, "the handler of a dropped command buffer goes with it");
}

}  // namespace

int main() {
  const ReleasePool pool;
  const auto device = NS::TransferPtr(MTL::CreateSystemDefaultDevice());
  const auto queue = NS::TransferPtr(device->newCommandQueue());
  check_device(*device.get());
  check_handlers(*queue.get());
  check_unused_handler(*queue.get());
  return failures;
}
