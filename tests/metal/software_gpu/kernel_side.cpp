#include "kernel_side.h"

#include <mutex>
#include <string>

#include "failure.h"
#include "scheduler.h"
#include "watched_memory.h"

namespace sparsegrow::software_gpu {
namespace {

constexpr std::uint32_t kMostThreads = 1024;  // of a threadgroup, as on Apple GPUs

std::mutex one_launch;

Scheduler& scheduler() { return *Scheduler::running; }

void check(const Kernel& kernel, const Launch& launch) {
  const std::uint32_t threads = volume(launch.threadgroup);
  if (threads == 0 || threads > kMostThreads) {
    fail("threadgroup of " + std::to_string(threads) + " threads, the limit is " +
         std::to_string(kMostThreads));
  }
  for (int i = 0; i < kMostBuffers; ++i) {
    if ((kernel.buffers >> i & 1) == 0 || launch.buffer[i] != nullptr) continue;
    fail("buffer " + std::to_string(i) + " is not bound");
  }
}

}  // namespace

void run(const Kernel& kernel, const Launch& launch) {
  const std::lock_guard<std::mutex> guard(one_launch);
  set_running_kernel(kernel.name);
  check(kernel, launch);
  Scheduler(kernel, launch).run();
  set_running_kernel(nullptr);
}

std::uint32_t lane() { return scheduler().thread().ids.lane; }

Snapshot& exchange(const LaneValue& value, const char* operation, Site site) {
  return scheduler().exchange(value, operation, site);
}

void wait_for_simdgroup(unsigned flags, Site site) {
  scheduler().wait_for_simdgroup(orders_watched_memory(flags), site);
}

void wait_for_threadgroup(unsigned flags, Site site) {
  scheduler().wait_for_threadgroup(orders_watched_memory(flags), site);
}

void* threadgroup_memory(int index, std::size_t bytes, std::size_t alignment) {
  return scheduler().threadgroup_memory(index, bytes, alignment);
}

void keep_result(Snapshot& snapshot, const LaneValue& result) {
  snapshot.result = result;
  snapshot.reduced = true;
}

void preempt() { scheduler().preempt(); }

}  // namespace sparsegrow::software_gpu
