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

// sddmm_*: all edges of a Csr, in the order of the value array.
struct SddmmArguments {
  PanelShape x;
  PanelShape dy;
  int32_t edges;
};

// row_sum_tile: the rows from first_row on.
struct RowSumArguments {
  PanelShape panel;
  int32_t first_row;
};

// activate_tile, activate_grad_tile: rows plan[first .. first + rows) of panels of one shape.
struct ActivateArguments {
  PanelShape panel;
  int32_t first;
  int32_t rows;
  ActivationParamsOf<float> f;
  int32_t of_output;  // z holds f(z)
};

// dropout_tile: rows plan[first .. first + rows). The numbers are those of dropout_mask.h.
struct DropoutArguments {
  PanelShape panel;
  int32_t first;
  int32_t rows;
  uint32_t of_call;
  uint32_t threshold;
  float scale;  // of what is kept
};

// softmax_xent_tile
struct SoftmaxArguments {
  PanelShape z;
  PanelShape d;
  int32_t first_row;
  int32_t classes;
  float inverse_batch;
};

// mse_tile
struct MseArguments {
  PanelShape a;
  PanelShape targets;
  PanelShape d;
  int32_t first_row;
  int32_t outputs;
  float inverse_outputs;
  float scale;  // 2 / (outputs * batch)
};

// adam_flat
struct AdamArguments {
  OptimizerParamsOf<float> params;
  int64_t count;
  int32_t has_m;
};

// gather_flat
struct GatherArguments {
  int64_t count;
  float fill;
};

// What level_stats_tile writes for each row.
struct RowStats {
  float sum;
  float square;
  float largest;  // magnitude
  int32_t zeros;
};

// level_stats_tile: rows plan[0 .. rows), all levels.
struct StatsArguments {
  PanelShape panel;
  int32_t rows;
};

// pack_tile, unpack_tile: samples as [batch][features], panel rows first_row + feature.
struct PackArguments {
  PanelShape panel;
  int32_t first_row;
  int32_t features;
};

}  // namespace sparsegrow
