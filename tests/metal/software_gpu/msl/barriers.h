// Barriers. What their memory flags order is looked at by the thread sanitizer: watched_memory.h.
#pragma once

#include "../kernel_side.h"

namespace metal {

enum class mem_flags { mem_none = 0, mem_device = 1, mem_threadgroup = 2, mem_texture = 4 };

constexpr mem_flags operator|(mem_flags a, mem_flags b) {
  return static_cast<mem_flags>(static_cast<int>(a) | static_cast<int>(b));
}

// Default arguments name the place of the call.
#define SOFTWARE_GPU_SITE const char *file = __builtin_FILE(), int line = __builtin_LINE()

inline void threadgroup_barrier(mem_flags flags, SOFTWARE_GPU_SITE) {
  ::sparsegrow::software_gpu::wait_for_threadgroup(static_cast<unsigned>(flags), {file, line});
}

inline void simdgroup_barrier(mem_flags flags, SOFTWARE_GPU_SITE) {
  ::sparsegrow::software_gpu::wait_for_simdgroup(static_cast<unsigned>(flags), {file, line});
}

}  // namespace metal
