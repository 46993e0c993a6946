// Failures that a host asks for to see whether it survives them.
#include "catch.h"

#include "child.h"
#include "rig.h"
#include "software_metal.h"

namespace sparsegrow::software_metal {
namespace {

constexpr auto kCount = Rig::kCount;

struct Result {
  MTL::CommandBufferStatus status;
  std::string error;
  long code;
  float value;  // 6 where the work was done, else 1
};

Result run_once(Rig& rig) {
  const auto x = rig.values(kCount, 3.0f, "x"), y = rig.values(kCount, 1.0f, "y");
  MTL::CommandBuffer& commands = rig.commands();
  MTL::ComputeCommandEncoder& encoder = *commands.computeCommandEncoder();
  rig.scale(encoder, 2.0f, *x, *y);
  encoder.endEncoding();
  commands.commit();
  commands.waitUntilCompleted();
  const NS::Error* const error = commands.error();
  return {commands.status(), error ? error->localizedDescription()->utf8String() : "",
          error ? error->code() : 0, floats(*y)[0]};
}

void expect_done(Rig& rig) {
  const Result result = run_once(rig);
  expect(result.status == MTL::CommandBufferStatusCompleted && result.value == 6.0f, "work done");
}

void expect_failed(Rig& rig, const std::string& error, MTL::CommandBufferError code) {
  const Result result = run_once(rig);
  expect(result.status == MTL::CommandBufferStatusError, "the status of an error");
  expect(result.error == error, "the text " + error + " but " + result.error);
  expect(result.code == static_cast<long>(code), "the code");
  expect(result.value == 1.0f, "no work done");
}

constexpr const char* kFull = "Insufficient Memory (kIOGPUCommandBufferCallbackErrorOutOfMemory)";
constexpr const char* kLost =
    "The device was removed (kIOGPUCommandBufferCallbackErrorDeviceRemoved)";

}  // namespace

TEST_CASE("a command buffer that finds the memory full, once") {
  require_success(
      [] {
        Rig rig;
        software_metal_fail("command", 1);
        expect_done(rig);
        expect_failed(rig, kFull, MTL::CommandBufferErrorOutOfMemory);
        expect_done(rig);
      },
      {{"SOFTWARE_METAL_STRICT", "1"}, {"SOFTWARE_METAL_LEAKS", "1"}});
}

TEST_CASE("a lost device stays lost") {
  require_success(
      [] {
        Rig rig;
        expect_done(rig);
        expect_failed(rig, kLost, MTL::CommandBufferErrorDeviceRemoved);
        expect_failed(rig, kLost, MTL::CommandBufferErrorDeviceRemoved);
        software_metal_heal();
        expect_done(rig);
      },
      {{"SOFTWARE_METAL_FAIL", "command:5,device_lost:1"}});
}

TEST_CASE("no memory for a buffer") {
  require_success([] {
    Rig rig;
    software_metal_fail("allocation", 1);
    const auto first = NS::TransferPtr(rig.device->newBuffer(16ul, 0));
    expect(first.get() != nullptr, "one more");
    expect(rig.device->newBuffer(16ul, 0) == nullptr, "and then none");
    expect(rig.device->newBuffer("abcd", 4, 0) == nullptr, "of any kind");
  });
}

TEST_CASE("a compiler, a pipeline, a device that fail") {
  require_success([] {
    Rig rig;
    NS::Error* error = nullptr;
    software_metal_fail("compile", 0);
    expect(!rig.device->newLibrary(string_of(kKernels), nullptr, &error), "no library");
    expect(error->code() == MTL::LibraryErrorCompileFailure, "the code of a compile failure");
    expect(error->domain()->isEqualToString(string_of("MTLLibraryErrorDomain")), "its domain");
    const auto function = NS::TransferPtr(rig.library->newFunction(string_of("scale")));
    error = nullptr;
    software_metal_fail("pipeline", 0);
    expect(!rig.device->newComputePipelineState(function.get(), &error), "no pipeline");
    expect(error != nullptr, "an error with it");
    software_metal_fail("family", 0);
    expect(!rig.device->supportsFamily(MTL::GPUFamilyApple7), "an older device");
    software_metal_fail("no_device", 0);
    expect(MTL::CreateSystemDefaultDevice() == nullptr, "no device");
  });
}

TEST_CASE("what is asked for must be known") {
  require_failure("'weather' is no failure that can be asked for",
                  [] { software_metal_fail("weather", 0); });
  require_failure("'command' is asked for after -1 calls",
                  [] { software_metal_fail("command", -1); });
  require_failure("SOFTWARE_METAL_FAIL has 'command', expected what:after", [] { Rig(); },
                  {{"SOFTWARE_METAL_FAIL", "command"}});
  require_failure("SOFTWARE_METAL_STRICT is 'yes', expected 0 or 1",
                  [] {
                    Rig rig;
                    run_once(rig);
                  },
                  {{"SOFTWARE_METAL_STRICT", "yes"}});
  require_failure("SOFTWARE_METAL_MOST_DISPATCHES is 'many', expected a positive number",
                  [] {
                    Rig rig;
                    run_once(rig);
                  },
                  {{"SOFTWARE_METAL_MOST_DISPATCHES", "many"}});
}

}  // namespace sparsegrow::software_metal
