// Where a stack that is not running was left. Changing to another costs a few nanoseconds on
// x86-64; elsewhere, and with SOFTWARE_GPU_PORTABLE, it is ucontext's system call.
#pragma once

#include <cstddef>

#if !defined(__x86_64__) && !defined(SOFTWARE_GPU_PORTABLE)
#define SOFTWARE_GPU_PORTABLE
#endif

#if defined(SOFTWARE_GPU_PORTABLE)
#include <ucontext.h>
#endif

namespace sparsegrow::software_gpu {

class SavedStack {
 public:
  SavedStack() = default;  // for the stack that is running
  // A new one of `bytes` from `lowest` on, at the start of main, which never returns.
  SavedStack(char* lowest, std::size_t bytes, void (*main)());

  // Leaves the running stack, saved in `from`, for `to`; returns when something changes back.
  static void change(SavedStack& from, SavedStack& to);

 private:
#if defined(SOFTWARE_GPU_PORTABLE)
  ucontext_t machine_ = {};
#else
  void* stack_pointer_ = nullptr;
#endif
};

}  // namespace sparsegrow::software_gpu
