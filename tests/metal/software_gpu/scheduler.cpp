#include "scheduler.h"

#include <algorithm>

#include "failure.h"
#include "fiber_pool.h"
#include "sanitizers.h"

namespace sparsegrow::software_gpu {
namespace {

constexpr int kMostVariables = 64;

// Host before threads, and threads before host.
char launch_begins, launch_ends;

void fiber_main() { Scheduler::running->run_threads(); }

FiberPool fibers(&fiber_main);  // outlive a launch: making one is a system call

}  // namespace

Scheduler* Scheduler::running = nullptr;

Scheduler::Scheduler(const Kernel& kernel, const Launch& launch)
    : kernel_(kernel),
      launch_(launch),
      order_(Order::of_environment()),
      variables_(kMostVariables),
      host_identity_(own_identity()) {
  running = this;
}

Scheduler::~Scheduler() { running = nullptr; }

void Scheduler::run() {
  release(&launch_begins);
  {
    const Unwatched guard;
    run_threadgroups();
  }
  acquire(&launch_ends);
}

void Scheduler::run_threadgroups() {
  std::vector<std::uint32_t> turns;
  order_.arrange(0, threadgroup_count(launch_), turns);
  for (const std::uint32_t number : turns) {
    begin_threadgroup(number);
    run_threadgroup();
  }
  fibers.end_launch();
}

void Scheduler::begin_threadgroup(std::uint32_t number) {
  memory_.next_threadgroup();
  for (int i = 0; i < kMostBuffers; ++i) {
    const std::size_t bytes = launch_.threadgroup_bytes[i];
    arguments_[i] = bytes == 0 ? nullptr : memory_.take(bytes, 16);
  }
  std::fill(variables_.begin(), variables_.end(), nullptr);
  group_ = ids_of_threadgroup(launch_, number);
  threads_.assign(volume(group_.group_size), GpuThread());
  for (std::uint32_t t = 0; t < threads_.size(); ++t) threads_[t].ids = ids_of_thread(group_, t);
  snapshots_.resize(group_.simdgroups);
  barrier_events_ = new_events();
  simd_events_.resize(group_.simdgroups);
  for (Events& events : simd_events_) events = new_events();
}

Scheduler::Events Scheduler::new_events() {
  if (!under_thread_sanitizer()) return {};
  return {{memory_.take_event(), memory_.take_event()}};
}

void Scheduler::run_threadgroup() {
  const auto simdgroups = static_cast<std::uint32_t>(snapshots_.size());
  do {
    order_.arrange(0, simdgroups, simdgroup_turns_);
    for (const std::uint32_t s : simdgroup_turns_) run_simdgroup(s);
  } while (open_barrier());
}

std::uint32_t Scheduler::end_of(std::uint32_t simdgroup) const {
  return std::min(static_cast<std::uint32_t>(threads_.size()), (simdgroup + 1) * kSimdWidth);
}

void Scheduler::run_simdgroup(std::uint32_t simdgroup) {
  do {
    while (run_ready(simdgroup * kSimdWidth, end_of(simdgroup))) {
    }
  } while (complete_operation(simdgroup));
}

// Gives each ready thread a turn; false if none is ready.
bool Scheduler::run_ready(std::uint32_t first, std::uint32_t last) {
  const auto ready = [](const GpuThread& t) { return t.state == ThreadState::ready; };
  if (!std::any_of(&threads_[first], &threads_[first] + (last - first), ready)) return false;
  order_.arrange(first, last, lane_turns_);
  for (next_turn_ = 0; next_turn_ < lane_turns_.size();) {
    GpuThread& thread = threads_[lane_turns_[next_turn_++]];
    if (ready(thread)) resume(thread);
  }
  return true;
}

bool Scheduler::complete_operation(std::uint32_t simdgroup) {
  const std::uint32_t first = simdgroup * kSimdWidth, last = end_of(simdgroup);
  const GpuThread* waiting = nullptr;
  for (std::uint32_t t = first; t < last && waiting == nullptr; ++t) {
    if (threads_[t].state == ThreadState::at_simd_operation) waiting = &threads_[t];
  }
  if (waiting == nullptr) return false;
  Snapshot& snapshot = snapshots_[simdgroup];
  snapshot.active = 0;
  snapshot.reduced = false;
  for (std::uint32_t t = first; t < last; ++t) {
    GpuThread& thread = threads_[t];
    if (thread.state == ThreadState::returned) continue;
    if (!same_place(thread, *waiting)) {
      fail("divergent SIMD-group: " + whereabouts(*waiting) + ", " + whereabouts(thread));
    }
    snapshot.active |= 1u << (t - first);
    snapshot.value[t - first] = thread.value;
  }
  for (std::uint32_t t = first; t < last; ++t) {
    if (snapshot.active >> (t - first) & 1) threads_[t].state = ThreadState::ready;
  }
  return true;
}

// False when every thread has returned.
bool Scheduler::open_barrier() {
  const auto waits = [](const GpuThread& t) { return t.state == ThreadState::at_barrier; };
  const auto waiting = std::find_if(threads_.begin(), threads_.end(), waits);
  if (waiting == threads_.end()) return false;
  for (const GpuThread& thread : threads_) {
    if (same_place(thread, *waiting)) continue;
    fail("barrier not reached by all threads: " + whereabouts(*waiting) + ", " +
         whereabouts(thread));
  }
  for (GpuThread& thread : threads_) thread.state = ThreadState::ready;
  return true;
}

void Scheduler::resume(GpuThread& thread) {
  if (thread.fiber == nullptr) start(thread, fibers.take());
  current_ = &thread;
  become(thread.identity);
  Fiber::change(host_, *thread.fiber);
  if (current_->state == ThreadState::returned) fibers.give_back(current_->fiber);
}

// As the host, so that no GPU thread is ordered before another by making it.
void Scheduler::start(GpuThread& thread, Fiber* fiber) {
  thread.fiber = fiber;
  thread.identity = create_identity();
}

// --- on the fiber of a thread ---

void Scheduler::run_threads() {
  for (;;) {
    Scheduler& now = *running;  // another launch's, from the second round on
    do {
      acquire(&launch_begins);
      now.kernel_.entry(now.launch_, now.group_, now.current_->ids, now.arguments_);
      release(&launch_ends);
      now.finish();
    } while (now.start_next());
    Fiber::change(*now.current_->fiber, now.host_);
  }
}

void Scheduler::finish() {
  current_->state = ThreadState::returned;
  become(host_identity_);
  destroy_identity(current_->identity);
}

// A thread that never waited leaves its fiber to the next in turn: the stack is warm, and nothing
// changes.
bool Scheduler::start_next() {
  if (under_thread_sanitizer() || next_turn_ == lane_turns_.size()) return false;
  GpuThread& next = threads_[lane_turns_[next_turn_]];
  if (next.fiber != nullptr || next.state != ThreadState::ready) return false;
  ++next_turn_;
  start(next, current_->fiber);
  current_ = &next;
  become(next.identity);
  return true;
}

void Scheduler::yield(ThreadState state) {
  GpuThread& thread = *current_;
  thread.state = state;
  become(host_identity_);
  Fiber::change(*thread.fiber, host_);
}

void Scheduler::wait(ThreadState state, const char* operation, Site site) {
  current_->operation = operation;
  current_->site = site;
  yield(state);
}

Snapshot& Scheduler::exchange(const LaneValue& value, const char* operation, Site site) {
  current_->value = value;
  wait(ThreadState::at_simd_operation, operation, site);
  return snapshots_[current_->ids.simdgroup];
}

void Scheduler::wait_for_simdgroup(bool orders, Site site) {
  void* const event = simd_events_[current_->ids.simdgroup].place[current_->simd_barriers++ % 2];
  if (orders) release(event);
  wait(ThreadState::at_simd_operation, "simdgroup_barrier", site);
  if (orders) acquire(event);
}

void Scheduler::wait_for_threadgroup(bool orders, Site site) {
  void* const event = barrier_events_.place[current_->barriers++ % 2];
  if (orders) release(event);
  wait(ThreadState::at_barrier, "threadgroup_barrier", site);
  if (orders) acquire(event);
}

void* Scheduler::threadgroup_memory(int index, std::size_t bytes, std::size_t alignment) {
  void*& variable = variables_[static_cast<std::size_t>(index)];
  if (variable == nullptr) variable = memory_.take(bytes, alignment);
  return variable;
}

void Scheduler::preempt() {
  if (order_.shuffled()) yield(ThreadState::ready);
}

}  // namespace sparsegrow::software_gpu
