// How far a float32 function is from the exact one.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace sparsegrow::test {

// Distance in units in the last place of the correctly rounded float. Results below the smallest
// normal float count as zero, since the engine flushes them.
inline double ulps(float got, double expected) {
  const double smallest = std::numeric_limits<float>::min();
  if (std::fabs(expected) < smallest) return std::fabs(got) <= smallest ? 0 : 1e9;
  if (static_cast<double>(std::numeric_limits<float>::max()) < std::fabs(expected))
    return std::isinf(got) || std::fabs(got) > 3.4e38f ? 0 : 1e9;
  int exponent = 0;
  std::frexp(expected, &exponent);
  return std::fabs(got - expected) / std::ldexp(1.0, exponent - 24);
}

// About a million floats spread over all bit patterns, and the ends.
inline std::vector<float> many_floats() {
  std::vector<float> all;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 4099) {
    const auto word = static_cast<std::uint32_t>(bits);
    float x;
    std::memcpy(&x, &word, sizeof(x));
    if (!std::isnan(x)) all.push_back(x);
  }
  for (const float end :
       {0.0f, 1e-45f, 1e-38f, 0.62499f, 0.625f, 8.9f, 9.1f, 44.4f, 87.33f, 87.34f, 88.72f, 88.73f,
        103.9f, 104.1f, 1e10f, 3.4e38f, std::numeric_limits<float>::infinity()}) {
    all.push_back(end);
    all.push_back(-end);
  }
  return all;
}

}  // namespace sparsegrow::test
