// Buffers: their memory, their limits, and who may touch them when.
#include "catch.h"

#include "child.h"
#include "rig.h"
#include "software_metal.h"

namespace sparsegrow::software_metal {
namespace {

constexpr auto kCount = Rig::kCount;
const std::map<std::string, std::string> kStrict = {{"SOFTWARE_METAL_STRICT", "1"}};

// Work that reads x and writes y is put down, or handed over; then the host touches something.
struct Scene {
  Rig rig;
  Owned<MTL::Buffer> x = rig.values(kCount, 1.0f, "x"), y = rig.values(kCount, 0.0f, "y"),
                     other = rig.values(kCount, 7.0f, "other");
  MTL::CommandBuffer& commands = rig.commands();
  MTL::ComputeCommandEncoder& encoder = *commands.computeCommandEncoder();

  Scene() { rig.scale(encoder, 2.0f, *x, *y); }
  void commit() {
    encoder.endEncoding();
    commands.commit();
  }
};

float touched(const Owned<MTL::Buffer>& buffer, std::size_t index) {
  return static_cast<volatile float*>(buffer->contents())[index];
}

void require_caught(const std::string& line, const std::function<void(Scene& scene)>& mistake) {
  require_failure(
      line,
      [&mistake] {
        Scene scene;
        mistake(scene);
      },
      kStrict);
}

const char* const kWritten = "which work that nobody waited for uses: scale (writes)";
const char* const kRead = "which work that nobody waited for uses: scale (reads)";

}  // namespace

TEST_CASE("a fresh buffer holds nothing useful") {
  require_success([] {
    Rig rig;
    const auto buffer = NS::TransferPtr(rig.device->newBuffer(5, MTL::ResourceStorageModeShared));
    const auto* const bytes = static_cast<const unsigned char*>(buffer->contents());
    for (int i = 0; i < 5; ++i) expect(bytes[i] == 0xCD, "a byte of a fresh buffer is 0xCD");
    expect(buffer->length() == 5, "the length asked for");
    expect(buffer->storageMode() == MTL::StorageModeShared, "the storage asked for");
    const auto copy = NS::TransferPtr(rig.device->newBuffer("abc", 3, 0));
    expect(static_cast<const char*>(copy->contents())[2] == 'c', "a copy of the host's bytes");
    expect(rig.device->currentAllocatedSize() == 8, "both are counted");
  });
}

TEST_CASE("buffers have limits") {
  require_failure("newBuffer with a length of zero", [] { Rig().device->newBuffer(0ul, 0); });
  require_failure("newBuffer with 101 bytes, the device has at most 100", [] {
    Rig rig;
    software_metal_set_max_buffer_length(100);
    expect(rig.device->maxBufferLength() == 100, "the limit that was set");
    rig.device->newBuffer(100ul, 0)->release();
    rig.device->newBuffer(101ul, 0);
  });
  require_failure("the contents of MTLBuffer are asked for, but its storage is private", [] {
    Rig().device->newBuffer(16ul, MTL::ResourceStorageModePrivate)->contents();
  });
}

TEST_CASE("what a kernel writes behind the end of a buffer is seen") {
  const Ending ending = ending_of([] {
    Rig rig;
    const auto x = rig.values(kCount, 1.0f, "x"), y = rig.values(kCount - 1, 0.0f, "short");
    MTL::CommandBuffer& commands = rig.commands();
    MTL::ComputeCommandEncoder& encoder = *commands.computeCommandEncoder();
    rig.scale(encoder, 2.0f, *x, *y);
    encoder.endEncoding();
    commands.commit();
    commands.waitUntilCompleted();
  });
  const std::string ours =
      "software Metal: kernel scale wrote behind the end of MTLBuffer 'short' of 2396 bytes\n";
  CAPTURE(ending.said);
  if (ending.said != ours) {  // AddressSanitizer sees the write itself, and says where it stands
    CHECK(ending.said.find("use-after-poison") != std::string::npos);
    CHECK(ending.said.find("kernels.metal:14") != std::string::npos);
  }
  CHECK((ending.aborted || ending.code == 1));
}

TEST_CASE("an access beyond the pages of a buffer is named") {
  require_failure("reads byte 4096 of MTLBuffer 'x' of 2400 bytes", [] {
    Rig rig;
    touched(rig.values(kCount, 1.0f, "x"), 1024);
  });
}

TEST_CASE("strict: the host keeps off what queued work writes") {
  const std::string reads = "the host reads byte 8 of MTLBuffer 'y' of 2400 bytes, ";
  const std::string writes = "the host writes byte 0 of MTLBuffer 'y' of 2400 bytes, ";
  require_caught(reads + kWritten, [](Scene& s) { touched(s.y, 2); });
  require_caught(writes + kWritten, [](Scene& s) { floats(*s.y)[0] = 1.0f; });
  require_caught(reads + kWritten, [](Scene& s) {
    s.commit();
    touched(s.y, 2);
  });
}

TEST_CASE("strict: the host may read, and not write, what queued work reads") {
  require_caught("the host writes byte 0 of MTLBuffer 'x' of 2400 bytes, " + std::string(kRead),
                 [](Scene& s) {
                   expect(touched(s.x, 0) == 1.0f, "reading is allowed");
                   floats(*s.x)[0] = 1.0f;
                 });
}

TEST_CASE("strict: what no work uses, or work that is done, is the host's") {
  require_success(
      [] {
        Scene s;
        floats(*s.other)[0] = touched(s.other, 1);
        s.commit();
        s.commands.waitUntilCompleted();
        expect(touched(s.y, 0) == 2.0f, "the result");
        floats(*s.x)[0] = floats(*s.y)[0] = 5.0f;
      },
      kStrict);
}

TEST_CASE("strict: a wait for one command buffer opens nothing of a later one") {
  require_caught("the host reads byte 0 of MTLBuffer 'y' of 2400 bytes, " + std::string(kWritten),
                 [](Scene& s) {
                   s.commit();
                   MTL::ComputeCommandEncoder& later = *s.rig.commands().computeCommandEncoder();
                   s.rig.scale(later, 3.0f, *s.other, *s.y);
                   s.commands.waitUntilCompleted();
                   touched(s.x, 0);
                   touched(s.y, 0);
                 });
}

TEST_CASE("without strict mode, results read too early are old") {
  require_success([] {
    Scene s;
    s.commit();
    expect(touched(s.y, 0) == 0.0f, "the old value");
    s.commands.waitUntilCompleted();
  });
}

namespace {

// Arguments lie one behind the other in one buffer; work reads the first while the next is added.
void stage(Scene& s, std::size_t overwritten) {
  const auto staging = s.rig.values(2 * kCount, 1.0f, "staging 1");
  s.rig.scale(s.encoder, 2.0f, *staging, *s.y);
  floats(*staging)[kCount] = 3.0f;
  s.encoder.setBuffer(staging.get(), kCount * sizeof(float), 0);
  s.encoder.dispatchThreads(in_row(kCount), in_row(256));
  floats(*staging)[overwritten] = 4.0f;
  s.commit();
  s.commands.waitUntilCompleted();
  expect(touched(s.y, 0) == 6.0f, "the second argument");
}

}  // namespace

TEST_CASE("strict: a staging buffer may be added to, not written over") {
  require_success(
      [] {
        Scene s;
        stage(s, 2 * kCount - 1);
      },
      kStrict);
  require_caught(
      "the host wrote over a part of MTLBuffer 'staging 1' that work which nobody waited for "
      "(scale) reads",
      [](Scene& s) { stage(s, 0); });
}

}  // namespace sparsegrow::software_metal
