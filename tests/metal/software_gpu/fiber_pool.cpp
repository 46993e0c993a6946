#include "fiber_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <new>

#include "sanitizers.h"

namespace sparsegrow::software_gpu {
namespace {

constexpr std::size_t kStackBytes = 128 << 10;
constexpr std::size_t kStacks = 32;  // of a chunk
constexpr std::size_t kChunkBytes = kStacks * kStackBytes;

char* new_chunk() {
  void* const memory =
      mmap(nullptr, kChunkBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<char*>(memory);
}

}  // namespace

FiberPool::~FiberPool() { clear(); }

// The lowest page of a stack is forbidden, so that an overflow ends the program. Stacks end at
// different offsets, as their hot ends would else fall on one set of the cache.
Fiber* FiberPool::take() {
  if (idle_.empty()) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t offset = fibers_.size() % 16 * 256;
    char* const stack = next_stack();
    if (!under_thread_sanitizer()) mprotect(stack, page, PROT_NONE);
    fibers_.emplace_back(new Fiber(stack + page, kStackBytes - page - offset, main_));
    return fibers_.back().get();
  }
  Fiber* const fiber = idle_.back();
  idle_.pop_back();
  return fiber;
}

char* FiberPool::next_stack() {
  if (chunks_.empty() || stacks_in_chunk_ == kStacks) {
    chunks_.push_back(new_chunk());
    stacks_in_chunk_ = 0;
  }
  return chunks_.back() + stacks_in_chunk_++ * kStackBytes;
}

void FiberPool::give_back(Fiber* fiber) {
  if (!under_thread_sanitizer()) idle_.push_back(fiber);
}

void FiberPool::end_launch() {
  if (under_thread_sanitizer()) clear();
}

void FiberPool::clear() {
  idle_.clear();
  fibers_.clear();
  for (char* const chunk : chunks_) {
    allow(chunk, kChunkBytes);
    munmap(chunk, kChunkBytes);
  }
  chunks_.clear();
}

}  // namespace sparsegrow::software_gpu
