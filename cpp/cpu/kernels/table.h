// The kernels of the instruction set that this translation unit is compiled for, as one table.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/activate.h"
#include "cpu/kernels/activate_grad.h"
#include "cpu/kernels/adam.h"
#include "cpu/kernels/cell.h"
#include "cpu/kernels/dropout.h"
#include "cpu/kernels/embed_block.h"
#include "cpu/kernels/embed_row.h"
#include "cpu/kernels/gate.h"
#include "cpu/kernels/gather.h"
#include "cpu/kernels/level_stats.h"
#include "cpu/kernels/mse.h"
#include "cpu/kernels/pack.h"
#include "cpu/kernels/row_sum.h"
#include "cpu/kernels/sddmm.h"
#include "cpu/kernels/softmax_xent.h"
#include "cpu/kernels/spmm.h"
#include "cpu/kernels/spmm_t_scatter.h"

namespace sparsegrow::cpu::SG_ISA {

template <class Real>
constexpr KernelTable<Real> make_table() {
  return {
      {spmm_tile<Real, 8>, spmm_tile<Real, 16>, spmm_tile<Real, 32>},
      spmm_scalar<Real>,
      spmm_vector<Real>,
      spmm_t_scatter<Real>,
      {sddmm_tile<Real, 8>, sddmm_tile<Real, 16>, sddmm_tile<Real, 32>},
      sddmm_scalar<Real>,
      row_sum<Real>,
      activate<Real>,
      activate_grad<Real>,
      dropout<Real>,
      softmax_xent<Real>,
      mse<Real>,
      adam<Real>,
      {embed_block_product<Real, 8>, embed_block_product<Real, 16>, embed_block_product<Real, 32>},
      {embed_block_tile<Real, 8>, embed_block_tile<Real, 16>, embed_block_tile<Real, 32>},
      {embed_block_turn<Real, 8>, embed_block_turn<Real, 16>, embed_block_turn<Real, 32>},
      {embed_block_grad<Real, 8>, embed_block_grad<Real, 16>, embed_block_grad<Real, 32>},
      embed_block_update<Real>,
      embed_row_tile<Real>,
      embed_row_turn<Real>,
      embed_row_grad<Real>,
      embed_row_update<Real>,
      cell<Real>,
      cell_grad<Real>,
      gate<Real>,
      gate_grad<Real>,
      gather<Real>,
      level_stats<Real>,
      pack<float, Real>,
      pack<double, Real>,
      unpack<Real>,
  };
}

}  // namespace sparsegrow::cpu::SG_ISA

#define SG_DEFINE_KERNELS(name)                                                 \
  namespace sparsegrow::cpu {                                                   \
  extern constexpr KernelSet kernels_##name{#name, SG_ISA::make_table<float>(), \
                                            SG_ISA::make_table<double>()};      \
  }
