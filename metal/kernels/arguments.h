// What the host hands to each kernel besides arrays. Legal C++ and legal Metal.
#pragma once

#include "sparsegrow/backend/kernel_params.h"

namespace sparsegrow {

// spmm_*, spmm_t_*: rows plan[first .. first + rows) of one side of a Csr.
struct SpmmArguments {
  PanelShape x;
  PanelShape y;
  int32_t first;
  int32_t rows;
  int32_t has_bias;
  int32_t adds;  // to what y holds
};

}  // namespace sparsegrow
