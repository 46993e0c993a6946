// The kernels compiled for "avx2"; the compile flags are in CMakeLists.txt.
#define SG_ISA isa_avx2
#include "cpu/kernels/table.h"

SG_DEFINE_KERNELS(avx2)
