// What translated kernels and <metal_stdlib> call. Every function but run() is called on the fiber
// of a GPU thread; those that take a Site are places where the thread waits for others.
#pragma once

#include "launch.h"

namespace sparsegrow::software_gpu {

constexpr std::uint32_t kSimdWidth = 32;

// A place in a .metal file, for messages.
struct Site {
  const char* file;
  int line;
};

// The position attributes of Metal: what the threads of a threadgroup share, and what each has.
struct GroupIds {
  Size3 grid, group_size, dispatched_group_size;  // in threads; a group at the edge is smaller
  Size3 groups, position;                         // in threadgroups
  std::uint32_t simdgroups;
};
struct ThreadIds {
  Size3 position_in_grid, position_in_threadgroup;
  std::uint32_t index_in_threadgroup, lane, simdgroup;
};

// A number or a vector, as lanes hand it around.
struct alignas(16) LaneValue {
  unsigned char bytes[16];
};

// What the lanes of one SIMD-group gave to one operation; lanes that returned are not active.
// It stays until the next operation of the SIMD-group.
struct Snapshot {
  LaneValue value[kSimdWidth];
  LaneValue result;      // of a reduction, by the first lane that needs it
  std::uint32_t active;  // bit per lane
  bool reduced;
};

using Entry = void (*)(const Launch&, const GroupIds&, const ThreadIds&,
                       void* const* threadgroup_arguments);

struct Kernel {
  const char* name;
  std::uint32_t buffers;  // bit i: it has a [[buffer(i)]]
  Entry entry;
};

// Runs all threads of a grid; one launch at a time. What a GPU would leave undefined (a barrier
// that not all threads reach, SIMD lanes at different operations, too large a threadgroup, a buffer
// that is not bound) prints one line and aborts.
void run(const Kernel& kernel, const Launch& launch);

std::uint32_t lane();

// Gives a value and waits for the other lanes. Orders no memory.
Snapshot& exchange(const LaneValue& value, const char* operation, Site site);

// Leaves the result of a reduction to the lanes that follow.
void keep_result(Snapshot& snapshot, const LaneValue& result);

// Accesses of the memory that `flags` (of watched_memory.h) name come before those behind the
// barrier.
void wait_for_simdgroup(unsigned flags, Site site);
void wait_for_threadgroup(unsigned flags, Site site);

// The threadgroup variable number `index` of the kernel; the first thread that asks makes it. Its
// bytes start as 0xff (NaN).
void* threadgroup_memory(int index, std::size_t bytes, std::size_t alignment);

template <class T>
T& threadgroup_variable(int index) {
  return *static_cast<T*>(threadgroup_memory(index, sizeof(T), alignof(T)));
}

// Under a shuffled order, lets other lanes run before this one goes on.
void preempt();

}  // namespace sparsegrow::software_gpu
