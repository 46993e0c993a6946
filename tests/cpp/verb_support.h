// What the tests of verbs share: every device under test and dtype in turn, tolerances, and bits by
// threads.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.h"
#include "reference/cases.h"
#include "reference/matrix.h"
#include "reference/oracle.h"
#include "sparsegrow/base/parallel.h"
#include "test_backend.h"

namespace sparsegrow {

using test::test_backend;

// Calls body(backend, Real{}) for each device under test that computes in Real.
template <class Real, class Body>
void for_each_backend_of(Body body) {
  for (const auto& [name, backend] : test::devices_under_test()) {
    if (!backend->supports(dtype_of<Real>())) continue;
    INFO(name << " " << name_of(dtype_of<Real>()));
    body(*backend, Real{});
    backend->finish();
  }
}

// In both dtypes.
template <class Body>
void for_each_backend(Body body) {
  for_each_backend_of<float>(body);
  for_each_backend_of<double>(body);
}

// Calls body(case, batch) for every graph and batch size. The oracle is slow, so that a body asks
// it once for all devices and both dtypes.
template <class Body>
void for_each_case(Body body) {
  for (const auto& test : reference::csr_cases()) {
    for (const std::int32_t batch : reference::case_batches()) {
      if (batch > test.largest_batch) continue;
      INFO(test.name << ", batch " << batch);
      body(test, batch);
    }
  }
}

// Units in the last place that exp, tanh and sigmoid of a device may be off beyond what the tests
// grant those of cpp/cpu/kernels/math.h.
inline double math_tolerance(const Backend& backend) {
  return test::computes_on_cpu(backend) ? 0 : 8;
}

template <class Real>
constexpr double epsilon() {
  return static_cast<double>(std::numeric_limits<Real>::epsilon());
}

// Restores the number of threads.
class ThreadsGuard {
 public:
  ThreadsGuard() : saved_(num_threads()) {}
  ~ThreadsGuard() { set_num_threads(saved_); }

 private:
  int saved_;
};

// run() returns the bytes of a result: they must be the same for any number of threads.
template <class Run>
void require_same_bits(Run run) {
  const ThreadsGuard guard;
  set_num_threads(1);
  const std::vector<char> expected = run();
  for (const int threads : {2, 3, 5}) {
    set_num_threads(threads);
    INFO(threads << " threads");
    REQUIRE((run() == expected));
  }
}

// |got - expected| <= terms * eps * magnitude element by element, where magnitude is the same sum
// over absolute values: the worst that rounding can do to a sum of `terms` products.
inline void require_close(const std::vector<double>& got, const std::vector<double>& expected,
                          const std::vector<double>& magnitude, double terms_times_epsilon) {
  REQUIRE(got.size() == expected.size());
  std::size_t worst = 0;
  double worst_excess = -1;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double excess = std::fabs(got[i] - expected[i]) - terms_times_epsilon * magnitude[i];
    const bool worse = !(excess <= worst_excess);  // also for NaN
    if (worse) worst = i, worst_excess = excess;
    if (std::isnan(excess)) break;
  }
  if (got.empty()) return;
  INFO("element " << worst << ": got " << got[worst] << ", expected " << expected[worst]);
  REQUIRE(worst_excess <= 0);
}

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace sparsegrow
