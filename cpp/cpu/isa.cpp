#include "sparsegrow/backend/isa.h"

#include <algorithm>
#include <cstdlib>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

std::string choose_isa() {
  const auto known = supported_isas();
  const char* asked = std::getenv("SPARSEGROW_ISA");
  if (asked == nullptr || *asked == '\0') return known.back();
  std::string list;
  for (const auto& name : known) list += (list.empty() ? "" : ", ") + name;
  SG_REQUIRE(std::find(known.begin(), known.end(), asked) != known.end(), "SPARSEGROW_ISA", "got '",
             asked, "', expected one that this machine has: ", list);
  return asked;
}

}  // namespace

std::vector<std::string> supported_isas() {
#if defined(__x86_64__)
  std::vector<std::string> names = {"baseline"};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) names.push_back("avx2");
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) {
    names.push_back("avx512");
  }
  return names;
#elif defined(__aarch64__)
  return {"neon"};
#else
#error "no kernels for this processor: expected x86-64 or 64-bit Arm"
#endif
}

const std::string& active_isa() {
  static const std::string name = choose_isa();
  return name;
}

}  // namespace sparsegrow
