// Who holds what, for how long, and what is left at the end.
#include "catch.h"

#include "child.h"
#include "rig.h"
#include "software_metal.h"

namespace sparsegrow::software_metal {
namespace {

constexpr auto kCount = Rig::kCount;
const std::map<std::string, std::string> kLeaks = {{"SOFTWARE_METAL_LEAKS", "1"}};

// Work that uses a buffer which the host lets go before it runs.
void run_on_dropped_buffer(bool retained) {
  Rig rig;
  const auto y = rig.values(kCount, 0.0f, "y");
  MTL::CommandBuffer& commands =
      retained ? *rig.queue->commandBuffer() : *rig.queue->commandBufferWithUnretainedReferences();
  MTL::ComputeCommandEncoder& encoder = *commands.computeCommandEncoder();
  rig.scale(encoder, 2.0f, *rig.values(kCount, 1.0f, "dropped"), *y);
  encoder.endEncoding();
  commands.commit();
  commands.waitUntilCompleted();
  expect(floats(*y)[0] == 2.0f, "the dropped buffer was still there");
}

struct StaticEngine {
  Owned<MTL::Device> device;
  Owned<MTL::CommandQueue> queue;
};

StaticEngine& static_engine() {  // destroyed at exit, as that of a static backend
  static StaticEngine engine;
  return engine;
}

}  // namespace

TEST_CASE("a command buffer holds what its work uses, unless it was told not to") {
  require_success([] { run_on_dropped_buffer(true); });
  require_failure(
      "MTLBuffer 'dropped' of 2400 bytes was released while work that nobody waited for (scale) "
      "uses it",
      [] { run_on_dropped_buffer(false); });
}

TEST_CASE("a command buffer that is not wanted any more goes with its uses") {
  require_success(
      [] {
        {
          Rig rig;
          const auto x = rig.values(kCount, 1.0f, "x");
          {
            const ReleasePool pool;
            MTL::ComputeCommandEncoder& encoder = *rig.commands().computeCommandEncoder();
            rig.scale(encoder, 2.0f, *x, *x);
            encoder.endEncoding();
          }
          expect(floats(*x)[0] == 1.0f, "no work was done, and the buffer is accessible");
        }
        expect(std::string(software_metal_living()).empty(), "nothing alive");
      },
      {{"SOFTWARE_METAL_STRICT", "1"}});
}

TEST_CASE("objects that nobody holds are not used") {
  require_failure("over-release of MTLBuffer 'x'", [] {
    Rig rig;
    const auto x = rig.values(kCount, 1.0f, "x");
    x->release();
  });
  require_failure("message 'length' to a deallocated MTLBuffer 'x'", [] {
    Rig rig;
    MTL::Buffer* const gone = rig.values(kCount, 1.0f, "x").get();
    gone->length();
  });
  require_failure("setBuffer with a deallocated MTLBuffer 'x'", [] {
    Rig rig;
    MTL::Buffer* const gone = rig.values(kCount, 1.0f, "x").get();
    rig.commands().computeCommandEncoder()->setBuffer(gone, 0, 0);
  });
}

TEST_CASE("messages reach something that understands them") {
  require_failure("message 'newCommandQueue' to nil", [] {
    using Message = void* (*)(void* receiver, SEL selector);
    const auto send = reinterpret_cast<Message>(&objc_msgSend);
    send(nullptr, sel_registerName("newCommandQueue"));
  });
  require_failure(
      "[MTLCommandQueue insertDebugCaptureBoundary] is not implemented by the software device",
      [] { Rig().queue->insertDebugCaptureBoundary(); });
  require_failure("[MTLHeapDescriptor alloc] is not implemented by the software device",
                  [] { MTL::HeapDescriptor::alloc(); });
}

TEST_CASE("what is given away needs a pool") {
  require_failure("NSString is autoreleased with no pool in place", [] { string_of("text"); });
  require_failure("autorelease pools end in the wrong order", [] {
    NS::AutoreleasePool* const outer = NS::AutoreleasePool::alloc()->init();
    NS::AutoreleasePool::alloc()->init();
    outer->release();
  });
}

TEST_CASE("objects alive at exit are told, and are a failure when asked for") {
  const auto leak = [] {
    Rig rig;
    rig.values(kCount, 1.0f, "x").detach();
    string_of("text")->retain();
  };
  const Ending ending = ending_of(leak, kLeaks);
  CHECK(ending.said == "software Metal: alive at exit: 1 MTLBuffer, 1 NSString\n");
  CHECK(ending.code == 1);
  require_success(leak);
}

TEST_CASE("committed work that nobody waits for is a leak") {
  const Ending ending = ending_of(
      [] {
        Rig rig;
        rig.commands().commit();
      },
      kLeaks);
  CHECK(ending.said == "software Metal: alive at exit: 1 MTLCommandBuffer, 1 MTLCommandQueue\n");
  CHECK(ending.code == 1);
}

TEST_CASE("objects of static objects are no leak") {
  require_success(
      [] {
        static_engine().device = NS::TransferPtr(MTL::CreateSystemDefaultDevice());
        static_engine().queue = NS::TransferPtr(static_engine().device->newCommandQueue());
        expect(software_metal_live("MTLDevice") == 1, "the device is alive before the end");
      },
      kLeaks);
}

}  // namespace sparsegrow::software_metal
