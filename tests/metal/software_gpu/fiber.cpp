#include "fiber.h"

#include "sanitizers.h"

namespace sparsegrow::software_gpu {
namespace {

Fiber* left = nullptr;  // by the change in progress
Fiber* entered = nullptr;

}  // namespace

Fiber::Fiber(char* lowest, std::size_t bytes, void (*main)())
    : main_(main), lowest_(lowest), bytes_(bytes), saved_(lowest, bytes, &Fiber::start) {}

void Fiber::change(Fiber& from, Fiber& to) {
  left = &from;
  entered = &to;
  if (__sanitizer_start_switch_fiber != nullptr) {
    __sanitizer_start_switch_fiber(&from.fake_stack_, to.lowest_, to.bytes_);
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
  __sanitizer_finish_switch_fiber(here.fake_stack_, &left->lowest_, &left->bytes_);
}

}  // namespace sparsegrow::software_gpu
