// Threadgroup memory of one launch. Every piece starts filled with 0xff. Under a sanitizer no
// address serves two threadgroups, and what lies between the pieces is forbidden.
#pragma once

#include <cstddef>
#include <vector>

namespace sparsegrow::software_gpu {

constexpr std::size_t kMostThreadgroupBytes = 32 << 10;  // as on Apple GPUs

class ThreadgroupMemory {
 public:
  ThreadgroupMemory();
  ~ThreadgroupMemory();
  ThreadgroupMemory(const ThreadgroupMemory&) = delete;
  ThreadgroupMemory& operator=(const ThreadgroupMemory&) = delete;

  // Forgets the pieces of the threadgroup before.
  void next_threadgroup();

  // Ends the program beyond kMostThreadgroupBytes in a threadgroup.
  void* take(std::size_t bytes, std::size_t alignment);

  // One byte that stands for an event, as the thread sanitizer wants it; not counted.
  void* take_event();

 private:
  void add_chunk();
  char* advance(std::size_t bytes, std::size_t alignment);

  std::vector<char*> chunks_;
  char* next_ = nullptr;
  std::size_t used_ = 0;  // by the threadgroup
};

}  // namespace sparsegrow::software_gpu
