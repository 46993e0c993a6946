#include "gpu_thread.h"

#include <algorithm>
#include <cstring>

namespace sparsegrow::software_gpu {
namespace {

std::uint32_t parts(std::uint32_t all, std::uint32_t part) { return (all + part - 1) / part; }

Size3 threadgroups(const Launch& launch) {
  const Size3 grid = launch.grid, group = launch.threadgroup;
  return {parts(grid.x, group.x), parts(grid.y, group.y), parts(grid.z, group.z)};
}

Size3 unravel(std::uint32_t index, Size3 size) {
  return {index % size.x, index / size.x % size.y, index / size.x / size.y};
}

std::uint32_t at_edge(std::uint32_t all, std::uint32_t part, std::uint32_t place) {
  return std::min(part, all - place * part);
}

}  // namespace

bool same_place(const GpuThread& a, const GpuThread& b) {
  return a.state == b.state && a.site.line == b.site.line &&
         std::strcmp(a.operation, b.operation) == 0 && std::strcmp(a.site.file, b.site.file) == 0;
}

std::string whereabouts(const GpuThread& thread) {
  const std::string name = "thread " + std::to_string(thread.ids.index_in_threadgroup);
  if (thread.state == ThreadState::returned) return name + " has returned";
  return name + " is at " + thread.operation + ", " + thread.site.file + ":" +
         std::to_string(thread.site.line);
}

std::uint32_t threadgroup_count(const Launch& launch) { return volume(threadgroups(launch)); }

ThreadIds ids_of_threadgroup(const Launch& launch, std::uint32_t number) {
  const Size3 grid = launch.grid, group = launch.threadgroup;
  ThreadIds ids{};
  ids.grid = grid;
  ids.dispatched_threadgroup = group;
  ids.threadgroups = threadgroups(launch);
  const Size3 place = ids.threadgroup_position = unravel(number, ids.threadgroups);
  ids.threadgroup = {at_edge(grid.x, group.x, place.x), at_edge(grid.y, group.y, place.y),
                     at_edge(grid.z, group.z, place.z)};
  ids.simdgroups = parts(volume(ids.threadgroup), kSimdWidth);
  return ids;
}

void set_thread(ThreadIds& ids, std::uint32_t index) {
  const Size3 place = ids.threadgroup_position, size = ids.dispatched_threadgroup;
  const Size3 inside = unravel(index, ids.threadgroup);
  ids.position_in_threadgroup = inside;
  ids.position_in_grid = {place.x * size.x + inside.x, place.y * size.y + inside.y,
                          place.z * size.z + inside.z};
  ids.index_in_threadgroup = index;
  ids.lane = index % kSimdWidth;
  ids.simdgroup = index / kSimdWidth;
}

}  // namespace sparsegrow::software_gpu
