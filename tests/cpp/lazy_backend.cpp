// Keeping and running the work; the verbs are in lazy_verbs.cpp.
#include "lazy_backend.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "lazy_memory.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow::test {
namespace {

// A number that changes when a byte does.
std::uint64_t contents_of(const Buffer& buffer) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15u;
  std::uint64_t hash = buffer.bytes(), word = 0;
  for (std::size_t at = 0; at < buffer.bytes(); at += sizeof(word)) {
    word = 0;
    std::memcpy(&word, buffer.as<char>() + at, std::min(sizeof(word), buffer.bytes() - at));
    hash = (hash ^ word) * kOdd;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

std::unique_ptr<Buffer> LazyBackend::allocate(std::size_t bytes) {
  return std::make_unique<LazyBuffer>(inner_->allocate(bytes));
}

std::unique_ptr<DeviceCsr> LazyBackend::upload(std::shared_ptr<const Csr> csr) {
  std::shared_ptr<DeviceCsr> inner = inner_->upload(csr);
  return std::make_unique<LazyCsr>(std::move(csr), std::move(inner));
}

void LazyBackend::keep(const char* verb, const std::vector<const Buffer*>& used,
                       std::function<void()> work) {
  for (const Buffer* buffer : used) {
    if (!buffer) continue;
    const auto memory = memory_of(*buffer);
    if (watched_.count(memory.get()) == 0) {
      watched_[memory.get()] = {memory, contents_of(*memory), verb};
    }
  }
  work_.push_back(std::move(work));
}

void LazyBackend::require_unchanged(const WatchedMemory& all) {
  for (const auto& [buffer, watched] : all) {
    if (contents_of(*buffer) == watched.contents) continue;
    throw std::logic_error(concat("the host changed a buffer of ", buffer->bytes(), " bytes that ",
                                  watched.verb, " was still to use"));
  }
}

void LazyBackend::finish() {
  if (work_.empty()) return;
  ++waits_;
  const auto work = std::exchange(work_, {});
  const auto watched = std::exchange(watched_, {});
  require_unchanged(watched);
  for (const auto& run : work) run();
}

}  // namespace sparsegrow::test
