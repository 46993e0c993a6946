// A stack that runs until it changes to another one, and what the address sanitizer must know of
// it.
#pragma once

#include "saved_stack.h"

namespace sparsegrow::software_gpu {

class Fiber {
 public:
  Fiber() = default;               // the caller's own stack
  explicit Fiber(void (*main)());  // a new stack; main never returns
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Leaves `from`, which is the running one, for `to`; returns when something changes back.
  static void change(Fiber& from, Fiber& to);

 private:
  static void start();
  static void arrive(Fiber& here);

  void (*main_)() = nullptr;
  char* stack_ = nullptr;         // lowest byte
  const void* bottom_ = nullptr;  // the same, but known for the caller's stack only once left
  std::size_t bytes_ = 0;
  void* fake_stack_ = nullptr;  // of the address sanitizer, while not running
  SavedStack saved_;
};

}  // namespace sparsegrow::software_gpu
