#include "sparsegrow/base/rng.h"

#include <cmath>
#include <set>
#include <vector>

#include "catch.h"

namespace sparsegrow {
namespace {

using Words4 = std::array<std::uint32_t, 4>;

// How far the counts are from equal shares, in the unit that has mean bins - 1.
double chi_squared(const std::vector<int>& counts, int draws) {
  const double expected = static_cast<double>(draws) / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST_CASE("philox gives the known answers of its authors", "[rng]") {
  constexpr std::uint32_t kOnes = 0xffffffffu;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words4{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
  CHECK(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}) ==
        Words4{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu});
  CHECK(philox({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}, {0xa4093822u, 0x299f31d0u}) ==
        Words4{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u});
}

TEST_CASE("a stream reads the blocks of its counter in order", "[rng]") {
  Rng rng(0xa4093822ull | (0x299f31d0ull << 32), 0x0370734413198a2eull);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const Words4 words = philox({block, 0, 0x13198a2eu, 0x03707344u}, {0xa4093822u, 0x299f31d0u});
    for (const std::uint32_t word : words) CHECK(rng.next() == word);
  }
  Rng again(5, 6), high(5, 6);
  const std::uint64_t first = again.next();
  CHECK(high.next64() == ((first << 32) | again.next()));
}

TEST_CASE("seeds and streams do not repeat each other", "[rng]") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    for (std::uint64_t stream = 0; stream < 30; ++stream) seen.insert(Rng(seed, stream).next64());
  }
  CHECK(seen.size() == 900);
  std::set<std::uint64_t> names;
  for (std::uint64_t i = 0; i < 1000; ++i) names.insert(stream_id(i / 100, i / 10 % 10, i % 10));
  CHECK(names.size() == 1000);
  CHECK(stream_id(1, 2) != stream_id(2, 1));
}

TEST_CASE("uniform fills [0, 1) evenly", "[rng]") {
  constexpr int kDraws = 200000;
  Rng rng(11);
  std::vector<int> bins(100, 0);
  double sum = 0, squares = 0, lowest = 1, highest = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = rng.uniform();
    sum += u;
    squares += u * u;
    lowest = std::min(lowest, u);
    highest = std::max(highest, u);
    ++bins[static_cast<std::size_t>(u * 100)];
  }
  CHECK(lowest >= 0);
  CHECK(highest < 1);
  CHECK(std::abs(sum / kDraws - 0.5) < 0.003);
  CHECK(std::abs(squares / kDraws - 1.0 / 3) < 0.003);
  CHECK(chi_squared(bins, kDraws) < 155);  // 99 degrees of freedom, about 4 deviations
}

TEST_CASE("normal has the moments of the standard normal", "[rng]") {
  constexpr int kDraws = 400000;
  Rng rng(12);
  double moment[5] = {};
  int beyond_two = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = rng.normal();
    for (int k = 1; k <= 4; ++k) moment[k] += std::pow(x, k) / kDraws;
    beyond_two += std::abs(x) > 2;
  }
  CHECK(std::abs(moment[1]) < 0.008);
  CHECK(std::abs(moment[2] - 1) < 0.012);
  CHECK(std::abs(moment[3]) < 0.03);
  CHECK(std::abs(moment[4] - 3) < 0.08);
  CHECK(std::abs(static_cast<double>(beyond_two) / kDraws - 0.0455) < 0.002);
}

TEST_CASE("below is unbiased for any bound", "[rng]") {
  constexpr int kDraws = 100000;
  Rng rng(13);
  for (const std::uint64_t bound : {2u, 3u, 10u, 97u}) {
    std::vector<int> counts(bound, 0);
    for (int i = 0; i < kDraws; ++i) ++counts[rng.below(bound)];
    const double freedom = static_cast<double>(bound - 1);
    CHECK(chi_squared(counts, kDraws) < freedom + 5 * std::sqrt(2 * freedom) + 5);
  }
  for (int i = 0; i < 100; ++i) CHECK(rng.below(1) == 0);
}

TEST_CASE("below is unbiased where the remainder of a draw would be worst", "[rng]") {
  // Three quarters of all 64-bit numbers: a plain remainder would give the lowest third twice as
  // often.
  constexpr std::uint64_t kBound = 3ull << 62;
  constexpr int kDraws = 30000;
  Rng rng(14);
  std::vector<int> thirds(3, 0);
  for (int i = 0; i < kDraws; ++i) {
    const std::uint64_t draw = rng.below(kBound);
    REQUIRE(draw < kBound);
    ++thirds[static_cast<std::size_t>(draw >> 62)];
  }
  CHECK(chi_squared(thirds, kDraws) < 20);
}

}  // namespace
}  // namespace sparsegrow
