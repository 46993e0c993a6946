// The kernels of this build: cmake/kernels.cmake says for which instruction sets there are some.
#pragma once

#include "cpu/kernel_table.h"

namespace sparsegrow::cpu {

// Weakest first.
constexpr const KernelSet* kBuiltKernels[] = {
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

}  // namespace sparsegrow::cpu
