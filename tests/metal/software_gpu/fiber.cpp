#include "fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <new>

#include "sanitizers.h"

namespace sparsegrow::software_gpu {
namespace {

constexpr std::size_t kStackBytes = 128 << 10;

Fiber* left = nullptr;  // by the change in progress
Fiber* entered = nullptr;

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

// Stacks start at different offsets, as their hot ends would else fall on one set of the cache.
std::size_t next_offset() {
  static std::size_t count = 0;
  return ++count % 16 * 256;
}

// The page below a stack is forbidden, so that an overflow ends the program.
char* new_stack() {
  void* const memory = mmap(nullptr, page_bytes() + kStackBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  mprotect(memory, page_bytes(), PROT_NONE);
  return static_cast<char*>(memory) + page_bytes();
}

}  // namespace

Fiber::Fiber(void (*main)())
    : main_(main),
      stack_(new_stack()),
      bottom_(stack_),
      bytes_(kStackBytes),
      saved_(stack_, kStackBytes - next_offset(), &Fiber::start) {}

Fiber::~Fiber() {
  if (stack_ == nullptr) return;
  allow(stack_, kStackBytes);
  munmap(stack_ - page_bytes(), page_bytes() + kStackBytes);
}

void Fiber::change(Fiber& from, Fiber& to) {
  left = &from;
  entered = &to;
  if (__sanitizer_start_switch_fiber != nullptr) {
    __sanitizer_start_switch_fiber(&from.fake_stack_, to.bottom_, to.bytes_);
  }
  SavedStack::change(from.saved_, to.saved_);
  arrive(from);
}

void Fiber::start() {
  Fiber& here = *entered;
  arrive(here);
  here.main_();
}

void Fiber::arrive(Fiber& here) {
  if (__sanitizer_finish_switch_fiber == nullptr) return;
  __sanitizer_finish_switch_fiber(here.fake_stack_, &left->bottom_, &left->bytes_);
}

}  // namespace sparsegrow::software_gpu
