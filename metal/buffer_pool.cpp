#include "metal/buffer_pool.h"

#include <algorithm>

#include "sparsegrow/base/check.h"

namespace sparsegrow::metal {
namespace {

constexpr char kWhere[] = "Backend.allocate";
constexpr std::size_t kSmallest = 256;

std::size_t capacity_for(std::size_t bytes, std::size_t most) {
  std::size_t capacity = kSmallest;
  while (capacity < bytes) capacity *= 2;
  return std::max(bytes, std::min(capacity, most));
}

std::int64_t size_of(const Owned<MTL::Buffer>& buffer) {
  return static_cast<std::int64_t>(buffer->length());
}

}  // namespace

Owned<MTL::Buffer> BufferPool::take(std::size_t bytes, const char* label) {
  const ReleasePool pool;
  const std::size_t most = device_.largest_buffer();
  if (bytes > most) {
    throw_runtime(kWhere, concat("a buffer of ", bytes, " bytes was asked for, device '",
                                 device_.name(), "' has at most ", most));
  }
  const std::size_t capacity = capacity_for(bytes, most);
  auto& kept = kept_[capacity];
  Owned<MTL::Buffer> buffer;
  if (kept.empty()) {
    buffer = make(capacity);
  } else {
    buffer = std::move(kept.back());
    kept.pop_back();
  }
  buffer->setLabel(string_of(label));
  bytes_.live += size_of(buffer);
  return buffer;
}

Owned<MTL::Buffer> BufferPool::make(std::size_t capacity) {
  const auto ask = [&] {
    return NS::TransferPtr(device_.handle().newBuffer(capacity, MTL::ResourceStorageModeShared));
  };
  auto buffer = ask();
  if (!buffer) {
    drop_kept();
    buffer = ask();
  }
  if (!buffer) {
    throw_runtime(kWhere, concat("out of memory: ", capacity, " bytes asked for beside ",
                                 bytes_.held, " on device '", device_.name(), "'"));
  }
  bytes_.held += size_of(buffer);
  bytes_.peak = std::max(bytes_.peak, bytes_.held);
  return buffer;
}

void BufferPool::drop_kept() {
  for (auto& [capacity, buffers] : kept_) {
    bytes_.held -= static_cast<std::int64_t>(capacity * buffers.size());
    buffers.clear();
  }
}

void BufferPool::give(Owned<MTL::Buffer> buffer) {
  bytes_.live -= size_of(buffer);
  given_.push_back(std::move(buffer));
}

void BufferPool::settle() {
  for (auto& buffer : given_) kept_[buffer->length()].push_back(std::move(buffer));
  given_.clear();
}

}  // namespace sparsegrow::metal
