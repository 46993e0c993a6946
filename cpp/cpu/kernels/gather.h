// gather: carries an array through a remap; new places get `fill`.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

// Returns the largest place in the map. When it is not below `limit`, the length of `in`, nothing
// is done.
template <class Real>
std::int32_t gather(const GatherTask<Real>& task) {
  std::int32_t largest = -1;
  for (std::int64_t i = 0; i < task.count; ++i) {
    largest = task.map[i] > largest ? task.map[i] : largest;
  }
  if (largest >= task.limit) return largest;
  if (largest < 0) {
    for (std::int64_t i = 0; i < task.count; ++i) task.out[i] = task.fill;
    return largest;
  }
  for (std::int64_t i = 0; i < task.count; ++i) {
    const Real value = task.in[task.map[i] < 0 ? 0 : task.map[i]];  // read without a branch
    task.out[i] = task.map[i] < 0 ? task.fill : value;
  }
  return largest;
}

}  // namespace sparsegrow::cpu::SG_ISA
