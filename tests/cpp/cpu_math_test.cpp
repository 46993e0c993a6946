// The accuracy of the CPU kernels' own exp, tanh and sigmoid.
#include <algorithm>

#include "catch.h"
#include "float_accuracy.h"

// The kernels' functions, compiled once more with this test's flags.
#define SG_ISA isa_test
#include "cpu/kernels/math.h"

namespace sparsegrow::test {

TEST_CASE("float exp, tanh and sigmoid are accurate over the full range") {
  using Scalar = cpu::isa_test::Math<float, 1>;
  double worst_exp = 0, worst_tanh = 0, worst_sigmoid = 0;
  for (const float x : many_floats()) {
    const double wide = x;
    worst_exp = std::max(worst_exp, ulps(Scalar::exp(x), std::exp(wide)));
    worst_tanh = std::max(worst_tanh, ulps(Scalar::tanh(x), std::tanh(wide)));
    worst_sigmoid = std::max(worst_sigmoid, ulps(Scalar::sigmoid(x), 1 / (1 + std::exp(-wide))));
  }
  REQUIRE(worst_exp <= 1.1);
  REQUIRE(worst_tanh <= 6.0);
  REQUIRE(worst_sigmoid <= 2.5);
  REQUIRE(std::isnan(Scalar::exp(std::nanf(""))));
  REQUIRE(std::isnan(Scalar::tanh(std::nanf(""))));
}

}  // namespace sparsegrow::test
