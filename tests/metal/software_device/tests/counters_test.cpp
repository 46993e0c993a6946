// The device's own counts of what it was asked to do.
#include "catch.h"

#include "child.h"
#include "rig.h"
#include "software_metal.h"

namespace sparsegrow::software_metal {
namespace {

constexpr long kBytes = Rig::kCount * sizeof(float);

void two_kernels() {
  Rig rig;
  const auto x = rig.values(Rig::kCount, 1.0f, "x"), total = rig.values(1, 0.0f, "total");
  MTL::CommandBuffer& commands = rig.commands();
  MTL::ComputeCommandEncoder& encoder = *commands.computeCommandEncoder();
  rig.scale(encoder, 2.0f, *x, *x);
  rig.scale(encoder, 2.0f, *x, *x);
  rig.sum(encoder, *x, *total);
  encoder.endEncoding();
  commands.commit();
  commands.waitUntilCompleted();
}

void expect_count(const char* what, const char* kernel, long count) {
  const long found = software_metal_count(what, kernel);
  expect(found == count, std::string(what) + " is " + std::to_string(found));
}

}  // namespace

TEST_CASE("dispatches, threads, bytes, command buffers and waits are counted") {
  require_success([] {
    two_kernels();
    expect_count("command_buffers", nullptr, 1);
    expect_count("waits", nullptr, 1);
    expect_count("dispatches", nullptr, 3);
    expect_count("dispatches", "scale", 2);
    expect_count("dispatches", "sum", 1);
    expect_count("threads", "scale", 2 * Rig::kCount);
    expect_count("threads", "sum", 3 * 256);
    expect_count("bytes", "scale", 2 * (2 * kBytes + 8));
    expect_count("bytes", "sum", kBytes + 4 + 4);
    expect_count("bytes", "unheard_of", 0);
    expect_count("weather", nullptr, -1);
    software_metal_reset_counts();
    expect_count("dispatches", nullptr, 0);
    expect(std::string(software_metal_kernels()).empty(), "no kernel after a reset");
  });
}

TEST_CASE("the counts are told at exit when asked for") {
  const Ending ending = ending_of(two_kernels, {{"SOFTWARE_METAL_REPORT", "1"}});
  CHECK(ending.said ==
        "1 command buffers, 1 waits\n"
        "scale: 2 dispatches, 1200 threads, 9616 bytes bound\n"
        "sum: 1 dispatches, 768 threads, 2408 bytes bound\n");
  CHECK(ending.code == 0);
}

}  // namespace sparsegrow::software_metal
