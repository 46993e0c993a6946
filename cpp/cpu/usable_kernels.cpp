#include "cpu/usable_kernels.h"

#include "sparsegrow/base/check.h"

namespace sparsegrow::cpu {
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

const KernelSet* const kBuilt[] = {
#if defined(SG_HAS_BASELINE)
    &kernels_baseline,
#endif
#if defined(SG_HAS_AVX2)
    &kernels_avx2,
#endif
#if defined(SG_HAS_AVX512)
    &kernels_avx512,
#endif
#if defined(SG_HAS_NEON)
    &kernels_neon,
#endif
};

}  // namespace

std::vector<const KernelSet*> usable_kernels() {
  std::vector<const KernelSet*> usable;
  for (const KernelSet* kernels : kBuilt) {
    if (machine_has(kernels->isa)) usable.push_back(kernels);
  }
  SG_REQUIRE(!usable.empty(), "usable_kernels", "this build has no kernels for this machine");
  return usable;
}

const KernelSet& kernels_of(const std::string& isa, const char* asker) {
  std::string list;
  for (const KernelSet* kernels : usable_kernels()) {
    if (kernels->isa == isa) return *kernels;
    list += concat(list.empty() ? "" : ", ", kernels->isa);
  }
  throw_invalid(
      asker, concat("got '", isa, "', expected one that this build has for this machine: ", list));
}

}  // namespace sparsegrow::cpu
