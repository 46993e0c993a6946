// gather: carries an array through a remap; new places get `fill`.
#pragma once

#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

template <class Real>
void gather(const std::int32_t* map, std::int64_t count, const Real* in, Real fill, Real* out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = map[i] >= 0 ? in[map[i]] : fill;
}

}  // namespace sparsegrow::cpu::SG_ISA
