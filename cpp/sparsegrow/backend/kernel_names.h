// The one list of kernels, <verb>_<variant>_<dtype>. Every backend is asked for every name of a
// dtype that it supports (tests/cpp/kernel_names_test.cpp).
//   tile    batched panels          scalar  batch 1, rows under 32 edges
//   flat    one-dimensional arrays  vector  batch 1, rows of 32 edges and more
//   block   one-hot, dense rows     row     one-hot, ragged rows
#pragma once

#include <string>
#include <vector>

#include "sparsegrow/backend/dtype.h"

namespace sparsegrow {

// clang-format off
#define SG_KERNEL_STEMS(X)                                              \
  X(spmm_tile) X(spmm_scalar) X(spmm_vector)                            \
  X(spmm_t_tile) X(spmm_t_scalar) X(spmm_t_vector)                      \
  X(sddmm_tile) X(sddmm_scalar) X(row_sum_tile)                         \
  X(activate_tile) X(activate_grad_tile) X(dropout_tile)                \
  X(softmax_xent_tile) X(mse_tile)                                      \
  X(embed_block) X(embed_grad_block) X(embed_update_block)              \
  X(embed_row) X(embed_grad_row) X(embed_update_row)                    \
  X(cell_tile) X(cell_grad_tile) X(gate_flat) X(gate_grad_flat)         \
  X(adam_flat) X(gather_flat) X(level_stats_tile)                       \
  X(pack_tile) X(unpack_tile)
// clang-format on

inline std::vector<std::string> kernel_names(DType dtype) {
  std::vector<std::string> names;
#define SG_KERNEL_NAME(stem) names.push_back(std::string(#stem "_") + name_of(dtype));
  SG_KERNEL_STEMS(SG_KERNEL_NAME)
#undef SG_KERNEL_NAME
  return names;
}

}  // namespace sparsegrow
