#include "threadgroup_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <string>

#include "failure.h"
#include "sanitizers.h"
#include "watched_memory.h"

namespace sparsegrow::software_gpu {
namespace {

constexpr std::size_t kChunkBytes = 1 << 20;
constexpr std::size_t kGapBytes = 64;
// What one threadgroup can take, gaps and events included.
constexpr std::size_t kReserveBytes = kMostThreadgroupBytes + (32 << 10);

bool under_sanitizer() { return under_thread_sanitizer() || under_address_sanitizer(); }

// Not by memset, whose sanitized form would count as a write of the kernel.
void fill(char* begin, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) static_cast<volatile char*>(begin)[i] = '\xff';
}

}  // namespace

ThreadgroupMemory::ThreadgroupMemory() { add_chunk(); }

ThreadgroupMemory::~ThreadgroupMemory() {
  forget_threadgroup_memory();
  for (char* const chunk : chunks_) {
    allow(chunk, kChunkBytes);
    munmap(chunk, kChunkBytes);
  }
}

void ThreadgroupMemory::add_chunk() {
  void* const memory =
      mmap(nullptr, kChunkBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  forbid(memory, kChunkBytes);
  chunks_.push_back(static_cast<char*>(memory));
  next_ = chunks_.back();
  add_threadgroup_memory(memory, kChunkBytes);
}

void ThreadgroupMemory::next_threadgroup() {
  used_ = 0;
  if (!under_sanitizer()) {
    next_ = chunks_.front();
  } else if (next_ + kReserveBytes > chunks_.back() + kChunkBytes) {
    add_chunk();
  }
}

char* ThreadgroupMemory::advance(std::size_t bytes, std::size_t alignment) {
  const auto at = reinterpret_cast<std::uintptr_t>(next_);
  char* const begin = next_ + (alignment - at % alignment) % alignment;
  next_ = begin + bytes;
  return begin;
}

void* ThreadgroupMemory::take(std::size_t bytes, std::size_t alignment) {
  used_ += bytes;
  if (used_ > kMostThreadgroupBytes) {
    fail("threadgroup memory of " + std::to_string(used_) + " bytes, the limit is " +
         std::to_string(kMostThreadgroupBytes));
  }
  next_ += kGapBytes;
  char* const begin = advance(bytes, std::max<std::size_t>(alignment, 16));
  allow(begin, bytes);
  fill(begin, bytes);
  return begin;
}

void* ThreadgroupMemory::take_event() { return advance(8, 8); }

}  // namespace sparsegrow::software_gpu
