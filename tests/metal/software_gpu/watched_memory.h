// Which memory the thread sanitizer looks at. It knows one order for all memory, so a barrier with
// the wrong memory flag shows only where the other kind of memory is left out of sight.
#pragma once

#include <cstddef>

namespace sparsegrow::software_gpu {

constexpr unsigned kDeviceMemory = 1, kThreadgroupMemory = 2;  // as metal::mem_flags

// Whether a barrier with these flags orders what is watched: the environment variable
// SOFTWARE_GPU_MEMORY says `device`, `threadgroup`, or nothing for all memory by any flag.
// Anything else ends the program.
bool orders_watched_memory(unsigned flags);

// Tells what is threadgroup memory; all else is device memory.
void add_threadgroup_memory(const void* begin, std::size_t bytes);
void forget_threadgroup_memory();

}  // namespace sparsegrow::software_gpu
