// What the CPU tests share: every instruction set and dtype in turn, tolerances, and bits by
// threads.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.h"
#include "cpu/cpu_backend.h"
#include "reference/cases.h"
#include "reference/matrix.h"
#include "reference/oracle.h"
#include "sparsegrow/backend/isa.h"
#include "sparsegrow/base/parallel.h"

namespace sparsegrow {

// Calls body(backend, Real{}) for each instruction set of this machine and both dtypes.
template <class Body>
void for_each_backend(Body body) {
  for (const auto& isa : supported_isas()) {
    const auto backend = make_cpu_backend(isa);
    {
      INFO(isa << " f32");
      body(*backend, float{});
    }
    {
      INFO(isa << " f64");
      body(*backend, double{});
    }
  }
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
