// The kernels of this build: cmake/kernels.cmake says for which instruction sets there are some.
#pragma once

#include <vector>

#include "cpu/kernel_table.h"

namespace sparsegrow::cpu {

// Weakest first, at least one.
std::vector<const KernelSet*> built_kernels();

}  // namespace sparsegrow::cpu
