// Runs one kernel of planted.metal: planted_bugs KERNEL. Exit status 0 if its result is right, 1
// after a line "wrong result: ..." if it is not; a sanitizer or the runtime may end it before.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "launch.h"

using sparsegrow::software_gpu::Launch;
using Floats = std::vector<float>;

#define PAIRS(X)            \
  X(missing_barrier)        \
  X(missing_second_barrier) \
  X(read_out_of_bounds)     \
  X(threadgroup_overrun)    \
  X(race)                   \
  X(race_of_groups)         \
  X(lost_update) X(return_before_barrier) X(divergent_simd) X(wrong_flag) X(missing_simd_barrier)

#define DECLARE(name)                                        \
  extern "C" void software_gpu_launch_##name(const Launch*); \
  extern "C" void software_gpu_launch_##name##_repaired(const Launch*);
PAIRS(DECLARE)

namespace {

constexpr std::size_t kAll = 128, kGroup = 64, kSimdWidth = 32;

// Small whole numbers, whose sums are exact in any order.
Floats numbers() {
  Floats in(kAll);
  for (std::size_t i = 0; i < kAll; ++i) in[i] = static_cast<float>(i * 7 % 31);
  return in;
}

float sum(const Floats& in, std::size_t first, std::size_t count) {
  float all = 0;
  for (std::size_t i = first; i < first + count; ++i) all += in[i];
  return all;
}

float expected(const std::string& bug, const Floats& in, std::size_t i) {
  const std::size_t turned = i / kGroup * kGroup + kGroup - 1 - i % kGroup;
  if (bug == "missing_barrier") return in[turned];
  if (bug == "missing_second_barrier" || bug == "wrong_flag") return 2 * in[turned];
  if (bug == "read_out_of_bounds") return in[(i + 1) % kAll];
  if (bug == "missing_simd_barrier") return 2 * in[i ^ 1];
  if (bug == "divergent_simd") {
    return i % kSimdWidth < 16 ? sum(in, i / kSimdWidth * kSimdWidth, kSimdWidth) : 0;
  }
  if (bug == "race" || bug == "race_of_groups" || bug == "lost_update") {
    return i == 0 ? sum(in, 0, kAll) : 0;
  }
  return in[i];
}

using Function = void (*)(const Launch*);

Function function_of(const std::string& kernel) {
  std::map<std::string, Function> all;
#define ENTER(name)                         \
  all[#name] = &software_gpu_launch_##name; \
  all[#name "_repaired"] = &software_gpu_launch_##name##_repaired;
  PAIRS(ENTER)
  const auto found = all.find(kernel);
  return found == all.end() ? nullptr : found->second;
}

}  // namespace

int main(int argc, char* argv[]) {
  const std::string kernel = argc == 2 ? argv[1] : "";
  const Function function = function_of(kernel);
  if (function == nullptr) {
    std::fprintf(stderr, "planted_bugs: there is no kernel '%s'\n", kernel.c_str());
    return 2;
  }
  const Floats before = numbers();
  Floats in = before, out(kAll, 0);
  Launch launch;
  launch.grid.x = kAll;
  launch.threadgroup.x = kGroup;
  launch.buffer[0] = in.data();
  launch.buffer[1] = out.data();
  function(&launch);
  const std::string bug = kernel.substr(0, kernel.find("_repaired"));
  for (std::size_t i = 0; i < kAll; ++i) {
    const float wanted = expected(bug, before, i);
    if (out[i] == wanted) continue;
    std::printf("wrong result: out[%zu] is %g, expected %g\n", i, static_cast<double>(out[i]),
                static_cast<double>(wanted));
    return 1;
  }
  return 0;
}
