// The kernels compiled for "avx512"; the compile flags are in CMakeLists.txt.
#define SG_ISA isa_avx512
#include "cpu/kernels/table.h"

SG_DEFINE_KERNELS(avx512)
