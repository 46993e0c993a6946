// A whole step as host code takes it: two kernels in one command buffer.
#include "catch.h"

#include "child.h"
#include "rig.h"
#include "software_metal.h"

namespace sparsegrow::software_metal {
namespace {

constexpr auto kCount = Rig::kCount;

void one_step(Rig& rig) {
  const auto x = rig.values(kCount, 0.5f, "x"), y = rig.values(kCount, 0.0f, "y");
  const auto total = rig.values(1, 1.0f, "total");
  MTL::CommandBuffer& commands = rig.commands();
  MTL::ComputeCommandEncoder& encoder = *commands.computeCommandEncoder();
  rig.scale(encoder, 3.0f, *x, *y);
  encoder.memoryBarrier(MTL::BarrierScopeBuffers);
  rig.sum(encoder, *y, *total);
  encoder.endEncoding();
  commands.commit();
  commands.waitUntilCompleted();
  expect(commands.status() == MTL::CommandBufferStatusCompleted, "the work is completed");
  expect(commands.error() == nullptr, "no error");
  expect(commands.GPUEndTime() >= commands.GPUStartTime(), "times in order");
  expect(floats(*y)[0] == 1.5f && floats(*y)[kCount - 1] == 1.5f, "every value scaled");
  expect(floats(*total)[0] == 1.0f + 1.5f * kCount, "the sum of all");
}

void step_and_tidy() {
  {
    Rig rig;
    one_step(rig);
  }
  expect(std::string(software_metal_living()).empty(), "nothing alive at the end");
}

}  // namespace

TEST_CASE("a step of two kernels gives the right numbers") {
  require_success(step_and_tidy, {{"SOFTWARE_METAL_LEAKS", "1"}});
}

TEST_CASE("a step of two kernels is right in strict mode") {
  require_success(step_and_tidy, {{"SOFTWARE_METAL_LEAKS", "1"}, {"SOFTWARE_METAL_STRICT", "1"}});
}

TEST_CASE("nothing runs before somebody waits") {
  require_success([] {
    Rig rig;
    const auto x = rig.values(kCount, 2.0f, "x"), y = rig.values(kCount, -1.0f, "y");
    MTL::CommandBuffer& commands = rig.commands();
    MTL::ComputeCommandEncoder& encoder = *commands.computeCommandEncoder();
    rig.scale(encoder, 2.0f, *x, *y);
    encoder.endEncoding();
    commands.commit();
    expect(floats(*y)[0] == -1.0f, "old results without a wait");
    expect(commands.status() == MTL::CommandBufferStatusCommitted, "committed and not done");
    commands.waitUntilCompleted();
    expect(floats(*y)[0] == 4.0f, "new results after it");
  });
}

TEST_CASE("a wait runs what was committed to the queue before, in that order") {
  require_success([] {
    Rig rig;
    const auto x = rig.values(kCount, 1.0f, "x");
    MTL::CommandBuffer* last = nullptr;
    for (const float factor : {2.0f, 3.0f}) {
      last = &rig.commands();
      MTL::ComputeCommandEncoder& encoder = *last->computeCommandEncoder();
      rig.scale(encoder, factor, *x, *x);
      encoder.endEncoding();
      last->commit();
    }
    last->waitUntilCompleted();
    expect(floats(*x)[0] == 6.0f, "both factors");
  });
}

TEST_CASE("two encoders of one command buffer, one after the other") {
  require_success([] {
    Rig rig;
    const auto x = rig.values(kCount, 1.0f, "x");
    MTL::CommandBuffer& commands = rig.commands();
    for (const float factor : {2.0f, 5.0f}) {
      MTL::ComputeCommandEncoder& encoder =
          *commands.computeCommandEncoder(MTL::DispatchTypeSerial);
      rig.scale(encoder, factor, *x, *x);
      encoder.endEncoding();
    }
    commands.commit();
    commands.waitUntilCompleted();
    expect(floats(*x)[0] == 10.0f, "both factors");
  });
}

}  // namespace sparsegrow::software_metal
