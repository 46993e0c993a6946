#include "saved_stack.h"

#if !defined(SOFTWARE_GPU_PORTABLE)
extern "C" void sparsegrow_change_stack(void** save, void* load);

// The registers that a call must keep, then the stack pointer.
asm(R"(
.text
.type sparsegrow_change_stack,@function
sparsegrow_change_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size sparsegrow_change_stack,.-sparsegrow_change_stack
)");
#endif

namespace sparsegrow::software_gpu {

#if defined(SOFTWARE_GPU_PORTABLE)

SavedStack::SavedStack(char* lowest, std::size_t bytes, void (*main)()) {
  getcontext(&machine_);
  machine_.uc_stack.ss_sp = lowest;
  machine_.uc_stack.ss_size = bytes;
  machine_.uc_link = nullptr;
  makecontext(&machine_, main, 0);
}

void SavedStack::change(SavedStack& from, SavedStack& to) {
  swapcontext(&from.machine_, &to.machine_);
}

#else

SavedStack::SavedStack(char* lowest, std::size_t bytes, void (*main)()) {
  constexpr std::size_t kAlignment = 64;
  constexpr int kSavedRegisters = 6;
  auto** top = reinterpret_cast<void**>(lowest + bytes - kAlignment);
  *--top = nullptr;  // in the place of a return address, so that main finds the stack aligned
  *--top = reinterpret_cast<void*>(main);
  for (int i = 0; i < kSavedRegisters; ++i) *--top = nullptr;
  stack_pointer_ = top;
}

void SavedStack::change(SavedStack& from, SavedStack& to) {
  sparsegrow_change_stack(&from.stack_pointer_, to.stack_pointer_);
}

#endif

}  // namespace sparsegrow::software_gpu
