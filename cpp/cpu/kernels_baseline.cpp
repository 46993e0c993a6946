// The kernels compiled for "baseline"; the compile flags are in CMakeLists.txt.
#define SG_ISA isa_baseline
#include "cpu/kernels/table.h"

SG_DEFINE_KERNELS(baseline)
