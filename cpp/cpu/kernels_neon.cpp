// The kernels compiled for "neon"; the compile flags are in CMakeLists.txt.
#define SG_ISA isa_neon
#include "cpu/kernels/table.h"

SG_DEFINE_KERNELS(neon)
