// Runs threadgroup after threadgroup, every GPU thread on a fiber. A thread runs until it returns
// or waits; lanes of a SIMD-group go on when all of them wait at one operation, and a threadgroup
// when all its threads wait at one barrier.
#pragma once

#include <memory>
#include <vector>

#include "gpu_thread.h"
#include "order.h"
#include "threadgroup_memory.h"

namespace sparsegrow::software_gpu {

class Scheduler {
 public:
  Scheduler(const Kernel& kernel, const Launch& launch);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  void run();

  static Scheduler* running;  // null between launches

  // On the fiber of a thread.
  const GpuThread& thread() const { return *current_; }
  Snapshot& exchange(const LaneValue& value, const char* operation, Site site);
  void wait_for_simdgroup(bool orders, Site site);
  void wait_for_threadgroup(bool orders, Site site);
  void* threadgroup_memory(int index, std::size_t bytes, std::size_t alignment);
  void preempt();
  [[noreturn]] void run_threads();

 private:
  // What barriers order, for the thread sanitizer. Two take turns: a thread that is already at the
  // next barrier must not be ordered before one that still leaves the last.
  struct Events {
    void* place[2];
  };

  void run_threadgroups();
  void begin_threadgroup(std::uint32_t number);
  void run_threadgroup();
  void run_simdgroup(std::uint32_t simdgroup);
  bool start_next();
  void start(GpuThread& thread, Fiber* fiber);
  void finish();
  bool run_ready(std::uint32_t first, std::uint32_t last);
  bool complete_operation(std::uint32_t simdgroup);
  bool open_barrier();
  void resume(GpuThread& thread);
  void wait(ThreadState state, const char* operation, Site site);
  void yield(ThreadState state);
  Events new_events();
  std::uint32_t end_of(std::uint32_t simdgroup) const;

  const Kernel& kernel_;
  const Launch& launch_;
  Order order_;
  ThreadgroupMemory memory_;
  void* arguments_[kMostBuffers] = {};  // [[threadgroup(i)]]
  std::vector<void*> variables_;        // of the threadgroup, null until asked for
  GroupIds group_{};
  std::vector<GpuThread> threads_;   // of the threadgroup
  std::vector<Snapshot> snapshots_;  // of its SIMD-groups
  Events barrier_events_{};
  std::vector<Events> simd_events_;
  std::vector<std::uint32_t> simdgroup_turns_, lane_turns_;
  std::size_t next_turn_ = 0;  // of lane_turns_
  GpuThread* current_ = nullptr;
  Fiber host_;
  void* host_identity_;
};

}  // namespace sparsegrow::software_gpu
