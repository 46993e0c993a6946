// What the validation layer of Metal refuses while work is put down.
#include "catch.h"

#include "child.h"
#include "rig.h"

namespace sparsegrow::software_metal {
namespace {

constexpr auto kCount = Rig::kCount;

// An encoder with a rig around it, and buffers of kCount values.
struct Scene {
  Rig rig;
  Owned<MTL::Buffer> x = rig.values(kCount, 1.0f, "x"), y = rig.values(kCount, 1.0f, "y");
  MTL::CommandBuffer& commands = rig.commands();
  MTL::ComputeCommandEncoder& encoder = *commands.computeCommandEncoder();

  ~Scene() = default;
  void finish() {
    encoder.endEncoding();
    commands.commit();
    commands.waitUntilCompleted();
  }
};

void require_refusal(const std::string& line, void (*mistake)(Scene& scene),
                     const std::map<std::string, std::string>& environment = {}) {
  require_failure(
      line,
      [mistake] {
        Scene scene;
        mistake(scene);
      },
      environment);
}

}  // namespace

TEST_CASE("command buffers go through their states in order") {
  require_refusal("commit with an open encoder", [](Scene& s) { s.commands.commit(); });
  require_refusal("a second encoder while one of the command buffer is open",
                  [](Scene& s) { s.commands.computeCommandEncoder(); });
  require_refusal("encoding on a committed command buffer", [](Scene& s) {
    s.finish();
    s.commands.computeCommandEncoder();
  });
  require_refusal("a command buffer is committed twice", [](Scene& s) {
    s.finish();
    s.commands.commit();
  });
  require_refusal("waitUntilCompleted before commit, which never returns", [](Scene& s) {
    s.encoder.endEncoding();
    s.commands.waitUntilCompleted();
  });
  require_refusal("addCompletedHandler after commit", [](Scene& s) {
    s.finish();
    s.commands.addCompletedHandler([](MTL::CommandBuffer*) {});
  });
}

TEST_CASE("an encoder is used until its end, which comes once") {
  require_refusal("endEncoding twice", [](Scene& s) {
    s.encoder.endEncoding();
    s.encoder.endEncoding();
  });
  require_refusal("dispatchThreads after endEncoding", [](Scene& s) {
    s.encoder.endEncoding();
    s.encoder.dispatchThreads(in_row(1), in_row(1));
  });
  require_refusal("setBuffer after endEncoding", [](Scene& s) {
    s.encoder.endEncoding();
    s.encoder.setBuffer(s.x.get(), 0, 0);
  });
  require_failure("an encoder was released without endEncoding", [] {
    Rig rig;
    const ReleasePool pool;
    rig.commands().computeCommandEncoder();
  });
  require_refusal("the software device has serial encoders only", [](Scene& s) {
    s.rig.commands().computeCommandEncoder(MTL::DispatchTypeConcurrent);
  });
}

TEST_CASE("arguments are what a kernel can take") {
  require_refusal("setBytes with 4097 bytes, at most 4096 are allowed", [](Scene& s) {
    const std::vector<char> bytes(4097);
    s.encoder.setBytes(bytes.data(), bytes.size(), 0);
  });
  require_refusal("setBytes with no bytes", [](Scene& s) { s.encoder.setBytes("", 0, 0); });
  require_refusal("buffer index 31 is larger than 30",
                  [](Scene& s) { s.encoder.setBuffer(s.x.get(), 0, 31); });
  require_refusal("offset 2400 is past the end of MTLBuffer 'x' of 2400 bytes",
                  [](Scene& s) { s.encoder.setBuffer(s.x.get(), kCount * sizeof(float), 0); });
  require_refusal("offset 2 of MTLBuffer 'x' is no multiple of 4",
                  [](Scene& s) { s.encoder.setBuffer(s.x.get(), 2, 0); });
  require_refusal("threadgroup memory of 1000 bytes is no multiple of 16",
                  [](Scene& s) { s.encoder.setThreadgroupMemoryLength(1000, 0); });
  require_refusal("setComputePipelineState with nil",
                  [](Scene& s) { s.encoder.setComputePipelineState(nullptr); });
}

TEST_CASE("a dispatch has all that its kernel needs") {
  require_refusal("a dispatch without a pipeline state",
                  [](Scene& s) { s.encoder.dispatchThreads(in_row(1), in_row(1)); });
  require_refusal("kernel scale: missing buffer binding at index 1", [](Scene& s) {
    s.encoder.setComputePipelineState(&s.rig.pipeline("scale"));
    s.encoder.setBuffer(s.x.get(), 0, 0);
    s.encoder.dispatchThreads(in_row(1), in_row(1));
  });
  require_refusal("kernel scale: 4 bytes at buffer index 2, its parameter takes 8", [](Scene& s) {
    s.rig.scale(s.encoder, 2.0f, *s.x, *s.y);
    s.encoder.setBytes("too", 4, 2);
    s.encoder.dispatchThreads(in_row(1), in_row(1));
  });
  require_refusal("kernel sum: no threadgroup memory at index 0", [](Scene& s) {
    s.rig.scale(s.encoder, 2.0f, *s.x, *s.y);
    s.encoder.setComputePipelineState(&s.rig.pipeline("sum"));
    s.encoder.dispatchThreads(in_row(1), in_row(1));
  });
  require_refusal("kernel sum: 32784 bytes of threadgroup memory, at most 32768 are allowed",
                  [](Scene& s) {
                    s.rig.sum(s.encoder, *s.x, *s.y);
                    s.encoder.setThreadgroupMemoryLength(32784, 0);
                    s.encoder.dispatchThreads(in_row(1), in_row(1));
                  });
}

TEST_CASE("grids and threadgroups are not empty and not too large") {
  require_refusal("kernel scale: a threadgroup of 2048 threads, between 1 and 1024 are allowed",
                  [](Scene& s) {
                    s.rig.scale(s.encoder, 2.0f, *s.x, *s.y);
                    s.encoder.dispatchThreads(in_row(1), MTL::Size::Make(64, 32, 1));
                  });
  require_refusal("kernel scale: a grid of 0 x 1 x 1 threads", [](Scene& s) {
    s.rig.scale(s.encoder, 2.0f, *s.x, *s.y);
    s.encoder.dispatchThreads(in_row(0), in_row(1));
  });
  require_refusal("kernel scale: a grid of 0 x 1 x 1 threads", [](Scene& s) {
    s.rig.scale(s.encoder, 2.0f, *s.x, *s.y);
    s.encoder.dispatchThreadgroups(in_row(0), in_row(1));
  });
}

TEST_CASE("a command buffer takes so many dispatches and no more") {
  const auto two_dispatches = [](Scene& s) {
    s.rig.scale(s.encoder, 2.0f, *s.x, *s.y);
    s.rig.scale(s.encoder, 2.0f, *s.x, *s.y);
    s.encoder.endEncoding();
  };
  require_refusal("more than 1 dispatches in one command buffer", two_dispatches,
                  {{"SOFTWARE_METAL_MOST_DISPATCHES", "1"}});
  require_success(
      [two_dispatches] {
        Scene scene;
        two_dispatches(scene);
      },
      {{"SOFTWARE_METAL_MOST_DISPATCHES", "2"}});
}

}  // namespace sparsegrow::software_metal
