// The software GPU itself: SIMD operations, identities, functions and memory of samples.metal.
#include "kernel_cases.h"

#define SG_SAMPLE(name) \
  extern "C" void software_gpu_launch_##name(const sparsegrow::software_gpu::Launch*);
SG_SAMPLE(simd_operations)
SG_SAMPLE(identities)
SG_SAMPLE(mathematics)
SG_SAMPLE(scratch_sum)
SG_SAMPLE(unwritten)

namespace sparsegrow::test {
namespace {

using software_gpu::Launch;
using software_gpu::Size3;

struct SimdResults {
  float sum, product, largest, smallest, exclusive, inclusive;
  float butterfly, from_above, from_below, of_seven, first;
  std::uint32_t either, both, odd, votes, any, all;
};

TEST_CASE("SIMD operations see the lanes that take part") {
  Floats v;
  for (int i = 0; i < 40; ++i) v.push_back(static_cast<float>(i % 3 + 1));
  std::vector<SimdResults> out(40);
  KERNEL(simd_operations).arg(v).arg(out).over(40);
  for (std::size_t i = 0; i < 39; ++i) {
    const std::size_t first = i / 32 * 32, last = std::min<std::size_t>(first + 32, 39);
    float sum = 0, product = 1, before = 0;
    std::uint32_t either = 0, odd = 0;
    for (std::size_t k = first; k < last; ++k) {
      sum += v[k], product *= v[k], before += k < i ? v[k] : 0;
      either |= 1u << (k - first), odd ^= static_cast<std::uint32_t>(k - first);
    }
    INFO("thread " << i);
    const SimdResults& r = out[i];
    REQUIRE((r.sum == sum && r.product == product && r.largest == 3 && r.smallest == 1));
    REQUIRE((r.exclusive == before && r.inclusive == before + v[i] && r.first == v[first]));
    REQUIRE((r.from_below == (i == first ? v[i] : v[i - 1]) && r.of_seven == v[first + 6]));
    if (i + 1 < last) REQUIRE(r.from_above == v[i + 1]);
    REQUIRE((r.either == either && r.both == ~either && r.odd == odd));
    REQUIRE((r.votes == (either & 0x55555555u) && r.any == 1 && r.all == (i >= 32)));
    float eight = 0;
    for (std::size_t k = i / 8 * 8; k < i / 8 * 8 + 8; ++k) eight += v[k];
    if (i < 32) REQUIRE(r.butterfly == eight);
  }
}

struct alignas(16) Vector3 {
  std::uint32_t x, y, z;
};
bool operator==(Vector3 a, Size3 b) { return a.x == b.x && a.y == b.y && a.z == b.z; }

struct Ids {
  Vector3 in_grid, in_group, group, group_size, groups, grid;
  std::uint32_t index, lane, simdgroup, simdgroups, width;
};

TEST_CASE("threads know who they are, in threadgroups cut short too") {
  const Size3 grid = {10, 5, 3}, size = {4, 4, 2};
  std::vector<Ids> out(10 * 5 * 3);
  Launch launch;
  launch.grid = grid;
  launch.threadgroup = size;
  launch.buffer[0] = out.data();
  software_gpu_launch_identities(&launch);
  for (std::uint32_t i = 0; i < out.size(); ++i) {
    const Size3 at = {i % 10, i / 10 % 5, i / 50}, group = {at.x / 4, at.y / 4, at.z / 2};
    const Size3 in = {at.x % 4, at.y % 4, at.z % 2};
    const Size3 own = {std::min(4u, 10 - 4 * group.x), std::min(4u, 5 - 4 * group.y),
                       std::min(2u, 3 - 2 * group.z)};
    const std::uint32_t index = in.x + own.x * (in.y + own.y * in.z);
    const Ids& ids = out[i];
    REQUIRE((ids.in_grid == at && ids.in_group == in && ids.group == group));
    REQUIRE((ids.group_size == own && ids.groups == Size3{3, 2, 2} && ids.grid == grid));
    REQUIRE((ids.index == index && ids.lane == index % 32 && ids.simdgroup == index / 32));
    REQUIRE((ids.simdgroups == (own.x * own.y * own.z + 31) / 32 && ids.width == 32));
  }
}

TEST_CASE("functions and vectors give what is known") {
  Floats out(14, -1);
  KERNEL(mathematics).arg(out).over(1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    INFO("out[" << i << "] is " << out[i]);
    REQUIRE(std::fabs(out[i] - static_cast<float>(i)) < 1e-5f);
  }
}

TEST_CASE("threadgroup memory of the launch and atomics in it") {
  Ints in(200), out(1, 0);
  std::int32_t expected = 0;
  for (std::int32_t i = 0; i < 200; ++i) expected += in[static_cast<std::size_t>(i)] = i % 50;
  expected += 3 * 49 + 49;  // the largest of each threadgroup of 64; the last has 192 to 199
  Launch launch;
  launch.grid.x = 200;
  launch.threadgroup.x = 64;
  launch.buffer[0] = in.data();
  launch.buffer[1] = out.data();
  launch.threadgroup_bytes[0] = 64 * 4;
  software_gpu_launch_scratch_sum(&launch);
  REQUIRE(out[0] == expected);
}

TEST_CASE("threadgroup memory starts as NaN in each threadgroup") {
  Floats out(96, 0);
  Launch launch;
  launch.grid.x = 96;
  launch.threadgroup.x = 32;
  launch.buffer[0] = out.data();
  software_gpu_launch_unwritten(&launch);
  for (const float v : out) REQUIRE(std::isnan(v));
}

}  // namespace
}  // namespace sparsegrow::test
