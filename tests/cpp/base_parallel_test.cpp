#include "sparsegrow/base/parallel.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <limits>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

#include "catch.h"
#include "errors.h"

namespace sparsegrow {
namespace {

class Threads {  // sets the number of threads for one test
 public:
  explicit Threads(int count) : before_(num_threads()) { set_num_threads(count); }
  ~Threads() { set_num_threads(before_); }

 private:
  int before_;
};

bool keeps_subnormals() {
  volatile float tiny = std::numeric_limits<float>::min();
  volatile float half = tiny * 0.5f;
  return half != 0.0f;
}

std::int64_t sum_of_chunks(std::int64_t chunks) {
  std::vector<std::int64_t> value(static_cast<std::size_t>(chunks), 0);
  parallel_for(chunks, [&](std::int64_t i) { value[static_cast<std::size_t>(i)] += i + 1; });
  return std::accumulate(value.begin(), value.end(), std::int64_t{0});
}

// Keeps `count` threads in their bodies until all of them are there.
class Meeting {
 public:
  explicit Meeting(int count) : missing_(count) {}
  void wait() {
    --missing_;
    while (missing_ > 0) std::this_thread::yield();
  }

 private:
  std::atomic<int> missing_;
};

TEST_CASE("every chunk runs once, whatever the number of threads", "[parallel]") {
  for (const int count : {1, 2, 3, 8}) {
    const Threads threads(count);
    CHECK(num_threads() == count);
    for (const std::int64_t chunks : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(chunks));
      parallel_for(chunks, [&](std::int64_t i) { ++runs[static_cast<std::size_t>(i)]; });
      for (const auto& r : runs) REQUIRE(r == 1);
    }
  }
}

TEST_CASE("a negative number of chunks is none", "[parallel]") {
  parallel_for(-1, [](std::int64_t) { FAIL("a chunk ran"); });
}

TEST_CASE("all threads take part", "[parallel]") {
  const Threads threads(4);
  Meeting meeting(4);
  std::vector<std::thread::id> ids(4);
  parallel_for(4, [&](std::int64_t i) {
    meeting.wait();
    ids[static_cast<std::size_t>(i)] = std::this_thread::get_id();
  });
  CHECK(std::set<std::thread::id>(ids.begin(), ids.end()).size() == 4);
}

TEST_CASE("an exception of a body reaches the caller and the pool goes on", "[parallel]") {
  for (const int count : {1, 2, 4}) {
    const Threads threads(count);
    const auto fail_at_seven = [](std::int64_t i) {
      if (i == 7) throw std::runtime_error("chunk 7");
    };
    CHECK(test::error_of([&] { parallel_for(50, fail_at_seven); }) == "runtime_error: chunk 7");
    const auto always_fail = [](std::int64_t) { throw std::out_of_range("any"); };
    CHECK(test::error_of([&] { parallel_for(50, always_fail); }) == "out_of_range: any");
    CHECK(sum_of_chunks(100) == 5050);
  }
}

TEST_CASE("nested calls run where they are made", "[parallel]") {
  for (const int count : {1, 2, 4}) {
    const Threads threads(count);
    std::vector<std::int64_t> sums(20, 0);
    parallel_for(20, [&](std::int64_t i) {
      const auto self = std::this_thread::get_id();
      std::int64_t sum = 0;  // not shared: a nested call does not leave its thread
      parallel_for(num_threads() + 10, [&](std::int64_t j) {
        if (std::this_thread::get_id() == self) sum += j;
      });
      sums[static_cast<std::size_t>(i)] = sum;
    });
    const std::int64_t expected = (count + 10) * (count + 9) / 2;
    CHECK(sums == std::vector<std::int64_t>(20, expected));
  }
}

TEST_CASE("the number of threads has bounds", "[parallel]") {
  const int before = num_threads();
  CHECK(test::error_of([] { set_num_threads(0); }) ==
        "invalid_argument: [set_num_threads] got 0 threads, expected 1 to 256");
  CHECK(test::error_of([] { set_num_threads(257); }) ==
        "invalid_argument: [set_num_threads] got 257 threads, expected 1 to 256");
  CHECK(num_threads() == before);
  const Threads threads(256);
  CHECK(num_threads() == 256);
}

TEST_CASE("several threads may call at the same time", "[parallel]") {
  const Threads threads(3);
  std::vector<std::int64_t> sums(6, 0);
  std::vector<std::thread> callers;
  for (std::int64_t& sum : sums) {
    callers.emplace_back([&sum] {
      for (int i = 0; i < 50; ++i) sum += sum_of_chunks(40);
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(sums == std::vector<std::int64_t>(6, 50 * 820));
}

#if defined(__SSE2__) || defined(__aarch64__)
TEST_CASE("subnormals are flushed in every thread, and the caller's mode comes back",
          "[parallel]") {
  REQUIRE(keeps_subnormals());
  for (const int count : {1, 4}) {
    const Threads threads(count);
    Meeting meeting(count);
    std::vector<int> kept(4, -1);
    parallel_for(4, [&](std::int64_t i) {
      if (i < count || count == 4) meeting.wait();
      kept[static_cast<std::size_t>(i)] = keeps_subnormals();
    });
    CHECK(kept == std::vector<int>(4, 0));
    CHECK(keeps_subnormals());
    CHECK_THROWS(parallel_for(4, [](std::int64_t) { throw std::runtime_error("any"); }));
    CHECK(keeps_subnormals());
  }
}
#endif

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Room for the stacks of a few threads more, and no further.
void allow_few_threads() {
  constexpr std::size_t kStack = std::size_t{64} << 20;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_setattr_default_np(&attributes);
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t most = pages * static_cast<std::size_t>(getpagesize()) + 4 * kStack;
  const rlimit limit{most, most};
  setrlimit(RLIMIT_AS, &limit);
}

TEST_CASE("where threads run out, the others do the work", "[parallel]") {
  const pid_t child = fork();  // limits end with it
  if (child == 0) {
    alarm(20);
    set_num_threads(100);
    allow_few_threads();
    const bool right = sum_of_chunks(1000) == 500500 && sum_of_chunks(1000) == 500500;
    _exit(right && num_threads() == 100 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
#endif

#if !defined(__SANITIZE_THREAD__)  // it refuses new threads after a fork
TEST_CASE("a forked child has a pool of its own", "[parallel]") {
  const Threads threads(3);
  REQUIRE(sum_of_chunks(100) == 5050);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);  // a lost thread would make the child wait for ever
    _exit(sum_of_chunks(100) == 5050 && sum_of_chunks(100) == 5050 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(sum_of_chunks(100) == 5050);
}
#endif

}  // namespace
}  // namespace sparsegrow
