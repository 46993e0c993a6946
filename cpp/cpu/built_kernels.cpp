#include "cpu/built_kernels.h"

namespace sparsegrow::cpu {

std::vector<const KernelSet*> built_kernels() {
  return {
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
}

}  // namespace sparsegrow::cpu
