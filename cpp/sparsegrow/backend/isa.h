// Which instruction set the CPU backend uses: the best that both the build and the machine have, or
// the one that the environment variable SPARSEGROW_ISA names. Implemented by cpp/cpu.
#pragma once

#include <string>
#include <vector>

namespace sparsegrow {

// Names, weakest first: x86-64 "baseline", "avx2", "avx512"; Arm "neon".
std::vector<std::string> supported_isas();

// Decided once, at the first call. Throws invalid_argument when SPARSEGROW_ISA names one that this
// machine or build does not have, and lists those it has.
const std::string& active_isa();

}  // namespace sparsegrow
