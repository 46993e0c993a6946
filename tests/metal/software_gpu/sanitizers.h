// The hooks of the sanitizers. They are weak: where the program is not linked with the sanitizer,
// they are null and nothing is called.
#pragma once

#include <cstddef>

extern "C" {
[[gnu::weak]] void* __tsan_get_current_fiber();
[[gnu::weak]] void* __tsan_create_fiber(unsigned flags);
[[gnu::weak]] void __tsan_destroy_fiber(void* fiber);
[[gnu::weak]] void __tsan_switch_to_fiber(void* fiber, unsigned flags);
[[gnu::weak]] void __tsan_acquire(void* address);
[[gnu::weak]] void __tsan_release(void* address);
[[gnu::weak]] void AnnotateIgnoreReadsBegin(const char* file, int line);
[[gnu::weak]] void AnnotateIgnoreReadsEnd(const char* file, int line);
[[gnu::weak]] void AnnotateIgnoreWritesBegin(const char* file, int line);
[[gnu::weak]] void AnnotateIgnoreWritesEnd(const char* file, int line);
[[gnu::weak]] void __asan_poison_memory_region(const volatile void* begin, std::size_t bytes);
[[gnu::weak]] void __asan_unpoison_memory_region(const volatile void* begin, std::size_t bytes);
[[gnu::weak]] void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom,
                                                  std::size_t size);
[[gnu::weak]] void __sanitizer_finish_switch_fiber(void* fake_stack, const void** old_bottom,
                                                   std::size_t* old_size);
}

namespace sparsegrow::software_gpu {

inline bool under_thread_sanitizer() { return __tsan_create_fiber != nullptr; }
inline bool under_address_sanitizer() { return __asan_poison_memory_region != nullptr; }

// To the thread sanitizer, each GPU thread is a thread of its own.
inline void* create_identity() {
  return under_thread_sanitizer() ? __tsan_create_fiber(0) : nullptr;
}
inline void* own_identity() {
  return under_thread_sanitizer() ? __tsan_get_current_fiber() : nullptr;
}
inline void destroy_identity(void* identity) {
  if (under_thread_sanitizer()) __tsan_destroy_fiber(identity);
}
// A switch orders nothing by itself: only what the kernel asks for does.
inline void become(void* identity) {
  constexpr unsigned kNoSync = 1;
  if (under_thread_sanitizer()) __tsan_switch_to_fiber(identity, kNoSync);
}

// Everything before release(p) comes before everything behind a later acquire(p).
inline void release(void* place) {
  if (under_thread_sanitizer()) __tsan_release(place);
}
inline void acquire(void* place) {
  if (under_thread_sanitizer()) __tsan_acquire(place);
}

// While it lives, the thread sanitizer does not look at what this thread reads and writes. It has
// versions of memcpy and the like of its own, even where code is compiled without it.
class Unwatched {
 public:
  Unwatched() {
    if (!under_thread_sanitizer()) return;
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  }
  ~Unwatched() {
    if (!under_thread_sanitizer()) return;
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  }
  Unwatched(const Unwatched&) = delete;
  Unwatched& operator=(const Unwatched&) = delete;
};

inline void forbid(void* begin, std::size_t bytes) {
  if (under_address_sanitizer()) __asan_poison_memory_region(begin, bytes);
}
inline void allow(void* begin, std::size_t bytes) {
  if (under_address_sanitizer()) __asan_unpoison_memory_region(begin, bytes);
}

}  // namespace sparsegrow::software_gpu
