#include "pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "failure.h"

// Of AddressSanitizer, where the process has it.
extern "C" __attribute__((weak)) void __asan_poison_memory_region(const volatile void*,
                                                                  std::size_t);
extern "C" __attribute__((weak)) void __asan_unpoison_memory_region(const volatile void*,
                                                                    std::size_t);

namespace sparsegrow::software_metal {
namespace {

std::size_t page_bytes() {
  static const auto known = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return known;
}

std::size_t in_whole_pages(std::size_t bytes) {
  return (bytes + page_bytes() - 1) / page_bytes() * page_bytes();
}

int protection(Access access) {
  if (access == Access::kNone) return PROT_NONE;
  return access == Access::kRead ? PROT_READ : PROT_READ | PROT_WRITE;
}

char* map(std::size_t bytes) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void* const memory = ::mmap(nullptr, bytes + page_bytes(), PROT_NONE, flags, -1, 0);
  if (memory == MAP_FAILED) fail("the host has no memory for a buffer of ", bytes, " bytes");
  if (::mprotect(memory, bytes, protection(Access::kAll)) != 0) {
    fail("the host gives no access to a buffer of ", bytes, " bytes");
  }
  return static_cast<char*>(memory);
}

}  // namespace

Pages::Pages(std::size_t bytes)
    : bytes_(bytes), mapped_(in_whole_pages(bytes)), data_(map(mapped_)) {
  std::memset(data_, kFill, mapped_);
  if (__asan_poison_memory_region) __asan_poison_memory_region(data_ + bytes_, mapped_ - bytes_);
}

Pages::~Pages() {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(data_, mapped_);
  ::munmap(data_, mapped_ + page_bytes());
}

bool Pages::holds(const void* address) const {
  const auto* const at = static_cast<const char*>(address);
  return at >= data_ && at < data_ + mapped_ + page_bytes();
}

bool Pages::is_past_end(const void* address) const {
  return holds(address) && static_cast<const char*>(address) >= data_ + bytes_;
}

// Not instrumented: AddressSanitizer would refuse these bytes to us as well, and sees such writes
// itself.
__attribute__((no_sanitize("address"))) bool Pages::intact() const {
  for (std::size_t i = bytes_; i < mapped_; ++i) {
    if (static_cast<unsigned char>(data_[i]) != kFill) return false;
  }
  return true;
}

void Pages::allow(Access access) {
  if (access == access_) return;
  if (::mprotect(data_, mapped_, protection(access)) != 0) fail("mprotect of a buffer failed");
  access_ = access;
}

}  // namespace sparsegrow::software_metal
