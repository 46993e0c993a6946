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
  if (index < size.x) return {index, 0, 0};  // spares most threads the divisions
  return {index % size.x, index / size.x % size.y, index / size.x / size.y};
}

std::uint32_t at_edge(std::uint32_t all, std::uint32_t part, std::uint32_t place) {
  return std::min(part, all - place * part);
}

bool same(const char* a, const char* b) { return a == b || std::strcmp(a, b) == 0; }

}  // namespace

bool same_place(const GpuThread& a, const GpuThread& b) {
  return a.state == b.state && a.site.line == b.site.line && same(a.operation, b.operation) &&
         same(a.site.file, b.site.file);
}

std::string whereabouts(const GpuThread& thread) {
  const std::string name = "thread " + std::to_string(thread.ids.index_in_threadgroup);
  if (thread.state == ThreadState::returned) return name + " has returned";
  return name + " is at " + thread.operation + ", " + thread.site.file + ":" +
         std::to_string(thread.site.line);
}

std::uint32_t threadgroup_count(const Launch& launch) { return volume(threadgroups(launch)); }

GroupIds ids_of_threadgroup(const Launch& launch, std::uint32_t number) {
  const Size3 grid = launch.grid, size = launch.threadgroup, groups = threadgroups(launch);
  const Size3 place = unravel(number, groups);
  const Size3 own = {at_edge(grid.x, size.x, place.x), at_edge(grid.y, size.y, place.y),
                     at_edge(grid.z, size.z, place.z)};
  return {grid, own, size, groups, place, parts(volume(own), kSimdWidth)};
}

ThreadIds ids_of_thread(const GroupIds& group, std::uint32_t index) {
  const Size3 place = group.position, size = group.dispatched_group_size;
  const Size3 inside = unravel(index, group.group_size);
  const Size3 in_grid = {place.x * size.x + inside.x, place.y * size.y + inside.y,
                         place.z * size.z + inside.z};
  return {in_grid, inside, index, index % kSimdWidth, index / kSimdWidth};
}

}  // namespace sparsegrow::software_gpu
