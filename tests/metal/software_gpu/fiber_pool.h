// Stacks for GPU threads. A fiber that is given back serves again; but under the thread sanitizer
// only in the next launch, since one stack of two threads would look to it like shared memory.
#pragma once

#include <memory>
#include <vector>

#include "fiber.h"

namespace sparsegrow::software_gpu {

class FiberPool {
 public:
  explicit FiberPool(void (*main)()) : main_(main) {}
  ~FiberPool();
  FiberPool(const FiberPool&) = delete;
  FiberPool& operator=(const FiberPool&) = delete;

  Fiber* take();
  void give_back(Fiber* fiber);
  // All fibers are given back.
  void end_launch();

 private:
  char* next_stack();
  void clear();

  void (*main_)();
  std::vector<char*> chunks_;        // of memory, many stacks each
  std::size_t stacks_in_chunk_ = 0;  // the last
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Fiber*> idle_;
};

}  // namespace sparsegrow::software_gpu
