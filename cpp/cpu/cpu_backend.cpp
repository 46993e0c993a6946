#include "cpu/cpu_backend.h"

#include "cpu/backend_class.h"
#include "cpu/cpu_buffer.h"
#include "cpu/usable_kernels.h"
#include "sparsegrow/backend/isa.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow {
namespace cpu {
namespace {

template <class Kernel>
bool all_of(Kernel* const (&widths)[3]) {
  return widths[0] && widths[1] && widths[2];
}

// The entry of a table that a kernel name without its dtype stands for; false for an unknown name.
template <class Real>
bool has_stem(const KernelTable<Real>& table, const std::string& stem) {
  const bool spmm = all_of(table.spmm_tile), sddmm = all_of(table.sddmm_tile);
  const struct {
    const char* stem;
    bool present;
  } entries[] = {
      {"spmm_tile", spmm},
      {"spmm_scalar", table.spmm_scalar != nullptr},
      {"spmm_vector", table.spmm_vector != nullptr},
      {"spmm_t_tile", spmm},
      {"spmm_t_scalar", table.spmm_scalar != nullptr},
      {"spmm_t_vector", table.spmm_vector != nullptr},
      {"sddmm_tile", sddmm},
      {"sddmm_scalar", table.sddmm_scalar != nullptr},
      {"row_sum_tile", table.row_sum != nullptr},
      {"activate_tile", table.activate != nullptr},
      {"activate_grad_tile", table.activate_grad != nullptr},
      {"dropout_tile", table.dropout != nullptr},
      {"softmax_xent_tile", table.softmax_xent != nullptr},
      {"mse_tile", table.mse != nullptr},
      {"adam_flat", table.adam != nullptr},
      {"embed_block", all_of(table.embed_block_product) && all_of(table.embed_block)},
      {"embed_grad_block", all_of(table.embed_block_turn) && all_of(table.embed_grad_block)},
      {"embed_update_block", table.embed_update_block != nullptr},
      {"embed_row", table.embed_row != nullptr},
      {"embed_grad_row", table.embed_row_turn && table.embed_grad_row},
      {"embed_update_row", table.embed_update_row != nullptr},
      {"cell_tile", table.cell != nullptr},
      {"cell_grad_tile", table.cell_grad != nullptr},
      {"gate_flat", table.gate != nullptr},
      {"gate_grad_flat", table.gate_grad != nullptr},
      {"gather_flat", table.gather != nullptr},
      {"level_stats_tile", table.level_stats != nullptr},
      {"pack_tile", table.pack_f32 && table.pack_f64},
      {"unpack_tile", table.unpack != nullptr},
  };
  for (const auto& entry : entries) {
    if (stem == entry.stem) return entry.present;
  }
  return false;
}

}  // namespace

bool CpuBackend::has_kernel(const std::string& name) const {
  if (name.size() < 4) return false;
  const std::string stem = name.substr(0, name.size() - 4), dtype = name.substr(name.size() - 4);
  if (dtype == "_f32") return has_stem(table<float>(), stem);
  return dtype == "_f64" && has_stem(table<double>(), stem);
}

std::unique_ptr<Buffer> CpuBackend::allocate(std::size_t bytes) {
  return std::make_unique<CpuBuffer>(bytes);
}

DeviceUse CpuBackend::use() const {
  const CpuMemory memory = cpu_memory();
  DeviceUse use;
  use.live_bytes = memory.live_bytes;
  use.peak_bytes = memory.peak_bytes;
  return use;
}

std::unique_ptr<DeviceCsr> CpuBackend::upload(std::shared_ptr<const Csr> csr) {
  require_upload(csr);
  return std::make_unique<DeviceCsr>(std::move(csr));
}

}  // namespace cpu

std::shared_ptr<Backend> make_cpu_backend(const std::string& isa) {
  return std::make_shared<cpu::CpuBackend>(cpu::kernels_of(isa, "make_cpu_backend"));
}

std::shared_ptr<Backend> make_cpu_backend() { return make_cpu_backend(active_isa()); }

}  // namespace sparsegrow
