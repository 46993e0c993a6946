#include "metal/metal_buffer.h"

#include <cstring>

#include "metal/engine.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow::metal {
namespace {

Owned<MTL::Buffer> taken(Engine& engine, std::size_t bytes) {
  const std::lock_guard<std::mutex> lock(engine.encoder.mutex());
  return engine.pool.take(bytes, "values");
}

}  // namespace

MetalBuffer::MetalBuffer(std::shared_ptr<Engine> engine, std::size_t bytes)
    : MetalBuffer(engine, taken(*engine, bytes), bytes) {}

MetalBuffer::MetalBuffer(std::shared_ptr<Engine> engine, Owned<MTL::Buffer> handle,
                         std::size_t bytes)
    : Buffer(handle->contents(), bytes), engine_(std::move(engine)), handle_(std::move(handle)) {
  std::memset(data_, 0, bytes);
}

MetalBuffer::~MetalBuffer() {
  const std::lock_guard<std::mutex> lock(engine_->encoder.mutex());
  engine_->pool.give(std::move(handle_));
}

MTL::Buffer* handle_of(const Buffer& buffer) {
  const auto* const ours = dynamic_cast<const MetalBuffer*>(&buffer);
  if (!ours) throw_invalid("Metal", "got a buffer of another device");
  return ours->handle();
}

}  // namespace sparsegrow::metal
