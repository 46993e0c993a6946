#include "sparsegrow/backend/isa.h"

#include <cstdlib>

#include "cpu/usable_kernels.h"

namespace sparsegrow {
namespace {

std::string choose_isa() {
  const char* asked = std::getenv("SPARSEGROW_ISA");
  if (asked == nullptr || *asked == '\0') return cpu::usable_kernels().back()->isa;
  return cpu::kernels_of(asked, "SPARSEGROW_ISA").isa;
}

}  // namespace

std::vector<std::string> supported_isas() {
  std::vector<std::string> names;
  for (const cpu::KernelSet* kernels : cpu::usable_kernels()) names.emplace_back(kernels->isa);
  return names;
}

const std::string& active_isa() {
  static const std::string name = choose_isa();
  return name;
}

}  // namespace sparsegrow
