// The kernels that this machine can run, of those that were built (cmake/kernels.cmake says which).
#pragma once

#include <string>
#include <vector>

#include "cpu/kernel_table.h"

namespace sparsegrow::cpu {

// Weakest first. Throws invalid_argument when there are none.
std::vector<const KernelSet*> usable_kernels();

// Of one instruction set. Throws invalid_argument, in the name of `asker`, with a list of those
// that there are.
const KernelSet& kernels_of(const std::string& isa, const char* asker);

}  // namespace sparsegrow::cpu
