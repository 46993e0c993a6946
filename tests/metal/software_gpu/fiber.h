// A stack that runs until it changes to another one, and what the address sanitizer must know of
// it.
#pragma once

#include "saved_stack.h"

namespace sparsegrow::software_gpu {

class Fiber {
 public:
  Fiber() = default;  // the caller's own stack
  // At the start of main, which never returns, on a stack of `bytes` from `lowest` on.
  Fiber(char* lowest, std::size_t bytes, void (*main)());
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Leaves `from`, which is the running one, for `to`; returns when something changes back.
  static void change(Fiber& from, Fiber& to);

 private:
  static void start();
  static void arrive(Fiber& here);

  void (*main_)() = nullptr;
  const void* lowest_ = nullptr;  // of the caller's own stack, known once it was left
  std::size_t bytes_ = 0;
  void* fake_stack_ = nullptr;  // of the address sanitizer, while not running
  SavedStack saved_;
};

}  // namespace sparsegrow::software_gpu
