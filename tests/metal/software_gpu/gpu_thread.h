// One thread of the grid, and what it waits for.
#pragma once

#include <string>

#include "fiber.h"
#include "kernel_side.h"

namespace sparsegrow::software_gpu {

enum class ThreadState : std::uint8_t { ready, at_simd_operation, at_barrier, returned };

struct GpuThread {
  ThreadIds ids;
  ThreadState state = ThreadState::ready;
  Fiber* fiber = nullptr;      // none before its first turn and after its last
  void* identity = nullptr;    // of the thread sanitizer
  const char* operation = "";  // that it waits at, and where
  Site site{"", 0};
  std::uint32_t barriers = 0;       // of the threadgroup, that it came to
  std::uint32_t simd_barriers = 0;  // of the SIMD-group
  LaneValue value;                  // for the other lanes
};

// Whether two threads wait at one place.
bool same_place(const GpuThread& a, const GpuThread& b);

// "thread 7 is at simd_sum, x.metal:12" or "thread 7 has returned".
std::string whereabouts(const GpuThread& thread);

std::uint32_t threadgroup_count(const Launch& launch);
GroupIds ids_of_threadgroup(const Launch& launch, std::uint32_t number);
ThreadIds ids_of_thread(const GroupIds& group, std::uint32_t index);

inline std::uint32_t volume(Size3 size) { return size.x * size.y * size.z; }

}  // namespace sparsegrow::software_gpu
