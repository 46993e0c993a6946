// A Buffer of the Metal backend: memory from the pool, zero-filled, given back at the end.
#pragma once

#include <memory>
#include <mutex>

#include "metal/buffer_pool.h"
#include "sparsegrow/backend/buffer.h"

namespace sparsegrow::metal {

struct Engine;

class MetalBuffer final : public Buffer {
 public:
  // Throws runtime_error as BufferPool::take.
  MetalBuffer(std::shared_ptr<Engine> engine, std::size_t bytes);
  ~MetalBuffer() override;

  MTL::Buffer* handle() const { return handle_.get(); }

 private:
  MetalBuffer(std::shared_ptr<Engine> engine, Owned<MTL::Buffer> handle, std::size_t bytes);

  std::shared_ptr<Engine> engine_;  // outlives its buffers
  Owned<MTL::Buffer> handle_;
};

// Throws invalid_argument for a buffer that another device made.
MTL::Buffer* handle_of(const Buffer& buffer);

}  // namespace sparsegrow::metal
