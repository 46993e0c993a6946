#include "sparsegrow/backend/isa.h"

#include <algorithm>
#include <cstdlib>

#include "cpu/built_kernels.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

#if defined(__x86_64__)
bool machine_has(const std::string& isa) {
  if (isa == "avx2") return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == "baseline") return true;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
}
#elif defined(__aarch64__)
bool machine_has(const std::string&) { return true; }
#else
#error "no kernels for this processor: expected x86-64 or 64-bit Arm"
#endif

std::string choose_isa() {
  const auto known = supported_isas();
  const char* asked = std::getenv("SPARSEGROW_ISA");
  if (asked == nullptr || *asked == '\0') return known.back();
  std::string list;
  for (const auto& name : known) list += (list.empty() ? "" : ", ") + name;
  SG_REQUIRE(std::find(known.begin(), known.end(), asked) != known.end(), "SPARSEGROW_ISA", "got '",
             asked, "', expected one that this build has for this machine: ", list);
  return asked;
}

}  // namespace

std::vector<std::string> supported_isas() {
  std::vector<std::string> names;
  for (const cpu::KernelSet* kernels : cpu::built_kernels()) {
    if (machine_has(kernels->isa)) names.emplace_back(kernels->isa);
  }
  SG_REQUIRE(!names.empty(), "supported_isas", "this build has no kernels for this machine");
  return names;
}

const std::string& active_isa() {
  static const std::string name = choose_isa();
  return name;
}

}  // namespace sparsegrow
