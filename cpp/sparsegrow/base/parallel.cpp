#include "sparsegrow/base/parallel.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/denormals.h"

namespace sparsegrow {
namespace {

constexpr int kMaxThreads = 256;
constexpr int kSpins = 4000;  // about 20 microseconds before a waiting thread goes to sleep

thread_local bool inside_parallel = false;

void pause_briefly() {
#if defined(__SSE2__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// A thread's own share of the chunks; others may take from it when they have finished theirs.
struct alignas(64) Share {
  std::atomic<std::int64_t> next{0};
  std::int64_t end = 0;
};

struct Job {
  void (*body)(void*, std::int64_t) = nullptr;
  void* context = nullptr;
};

class Pool {
  static constexpr std::uint32_t kOpen = 1u << 31;

 public:
  explicit Pool(int threads) : shares_(static_cast<std::size_t>(threads)) {
    workers_.reserve(shares_.size());
    try {
      for (int t = 1; t < threads; ++t) workers_.emplace_back([this, t] { work_loop(t); });
    } catch (const std::exception&) {  // no more threads or memory: those there are take all shares
    }
  }

  ~Pool() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      epoch_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  int threads() const { return static_cast<int>(shares_.size()); }  // asked for

  void run(std::int64_t chunks, Job job) {
    start(chunks, job);
    take_chunks(0);
    gate_.fetch_and(~kOpen, std::memory_order_acq_rel);
    for (int spin = 0; gate_.load(std::memory_order_acquire) > 0; ++spin) wait_step(spin);
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  void start(std::int64_t chunks, Job job) {
    job_ = job;
    const std::int64_t count = threads();
    for (std::int64_t t = 0; t < count; ++t) {
      auto& share = shares_[static_cast<std::size_t>(t)];
      share.next.store(chunks * t / count, std::memory_order_relaxed);
      share.end = chunks * (t + 1) / count;
    }
    gate_.fetch_or(kOpen, std::memory_order_release);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      epoch_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
  }

  void wait_step(int spin) {
    if (spin < kSpins) return pause_briefly();
    std::this_thread::yield();
  }

  void take_chunks(int self) {
    const FlushDenormals guard;
    inside_parallel = true;
    for (int offset = 0; offset < threads(); ++offset) {
      auto& share = shares_[static_cast<std::size_t>((self + offset) % threads())];
      drain(share);
    }
    inside_parallel = false;
  }

  void drain(Share& share) {
    while (true) {
      const std::int64_t chunk = share.next.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= share.end) return;
      try {
        job_.body(job_.context, chunk);
      } catch (...) {
        std::lock_guard<std::mutex> lock(mutex_);
        if (!error_) error_ = std::current_exception();
      }
    }
  }

  void work_loop(int self) {
    std::uint64_t seen = 0;
    while (wait_for_work(seen)) {
      if (gate_.fetch_add(1, std::memory_order_acq_rel) & kOpen) take_chunks(self);
      gate_.fetch_sub(1, std::memory_order_release);
    }
  }

  // Returns false when the pool closes. Spins first: the next verb usually follows at once.
  bool wait_for_work(std::uint64_t& seen) {
    for (int spin = 0; spin < kSpins; ++spin) {
      if (epoch_.load(std::memory_order_acquire) != seen) break;
      pause_briefly();
    }
    std::unique_lock<std::mutex> lock(mutex_);
    wake_.wait(lock, [&] { return epoch_.load(std::memory_order_acquire) != seen; });
    seen = epoch_.load(std::memory_order_relaxed);
    return !stopping_;
  }

  std::vector<Share> shares_;
  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<std::uint64_t> epoch_{0};
  // Workers inside, and kOpen while a job may be entered. A worker that wakes after the others have
  // done everything finds it closed, so nobody ever waits for a sleeping thread.
  std::atomic<std::uint32_t> gate_{0};
  Job job_;
  std::exception_ptr error_;
  bool stopping_ = false;
};

int available_cores() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
#endif
  const unsigned cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : static_cast<int>(cores);
}

int initial_threads() {
  const char* text = std::getenv("SPARSEGROW_NUM_THREADS");
  if (!text || !*text) return std::min(available_cores(), kMaxThreads);
  int asked = 0;
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, asked);
  const bool number = error == std::errc{} && rest == end;
  SG_REQUIRE(number && asked >= 1 && asked <= kMaxThreads, "SPARSEGROW_NUM_THREADS", "got '", text,
             "', expected 1 to ", kMaxThreads);
  return asked;
}

// The pool of this process. A fork waits for a running job; the child then starts a pool of its
// own, as the parent's threads do not exist there.
struct PoolOwner {
  std::mutex mutex;
  std::unique_ptr<Pool> pool;
  std::atomic<int> threads{initial_threads()};  // read by any thread, also inside a running body

  Pool& current() {
    const int wanted = threads;
    if (!pool || pool->threads() != wanted) {
      pool.reset();
      pool = std::make_unique<Pool>(wanted);
    }
    return *pool;
  }
};

PoolOwner& owner() {
  static PoolOwner* instance = [] {
    auto* made = new PoolOwner;  // never destroyed: workers may outlive static destructors
    pthread_atfork([] { owner().mutex.lock(); }, [] { owner().mutex.unlock(); },
                   [] {
                     static_cast<void>(owner().pool.release());
                     owner().mutex.unlock();
                   });
    return made;
  }();
  return *instance;
}

void run_here(std::int64_t chunks, void (*body)(void*, std::int64_t), void* context) {
  const FlushDenormals guard;
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk) body(context, chunk);
}

}  // namespace

int num_threads() { return owner().threads; }

void set_num_threads(int threads) {
  SG_REQUIRE(threads >= 1 && threads <= kMaxThreads, "set_num_threads", "got ", threads,
             " threads, expected 1 to ", kMaxThreads);
  owner().threads = threads;
}

void run_chunks(std::int64_t chunks, void (*body)(void*, std::int64_t), void* context) {
  if (chunks <= 0) return;
  // With one thread nothing is locked, so that a nested call cannot wait for its own caller.
  if (chunks == 1 || inside_parallel || num_threads() == 1) return run_here(chunks, body, context);
  std::lock_guard<std::mutex> lock(owner().mutex);
  owner().current().run(chunks, {body, context});
}

}  // namespace sparsegrow
