// Keeping and running the work; the verbs are in lazy_verbs.cpp.
#include "lazy_backend.h"

#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

#include "lazy_memory.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow::test {
namespace {

bool changed(const Buffer& buffer, const std::vector<char>& contents) {
  return !contents.empty() && std::memcmp(buffer.data(), contents.data(), contents.size()) != 0;
}

}  // namespace

std::unique_ptr<Buffer> LazyBackend::allocate(std::size_t bytes) {
  if (room_-- <= 0) throw std::bad_alloc();
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

std::vector<char> LazyBackend::contents_of(const Buffer& buffer) {
  std::vector<char> contents;
  if (!spare_.empty()) {
    contents = std::move(spare_.back());
    spare_.pop_back();
  }
  contents.assign(buffer.as<char>(), buffer.as<char>() + buffer.bytes());
  return contents;
}

void LazyBackend::require_unchanged(const WatchedMemory& all) {
  for (const auto& [buffer, watched] : all) {
    if (!changed(*buffer, watched.contents)) continue;
    throw std::logic_error(concat("the host changed a buffer of ", buffer->bytes(), " bytes that ",
                                  watched.verb, " was still to use"));
  }
}

void LazyBackend::finish() {
  if (work_.empty()) return;
  ++waits_;
  const auto work = std::exchange(work_, {});
  auto watched = std::exchange(watched_, {});
  require_unchanged(watched);
  for (auto& entry : watched) spare_.push_back(std::move(entry.second.contents));
  for (const auto& run : work) run();
}

}  // namespace sparsegrow::test
