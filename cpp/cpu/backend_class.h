// The verbs of Backend on the CPU. Each is a launcher: it checks sizes, cuts the work into chunks
// that depend on the data only, and hands each chunk to a kernel. Launchers are in verb_*.cpp.
#pragma once

#include "cpu/cpu_backend.h"
#include "cpu/kernel_table.h"
#include "sparsegrow/backend/backend.h"

namespace sparsegrow::cpu {

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(const KernelSet& kernels) : kernels_(kernels) {}

  const char* name() const override { return "cpu"; }
  bool supports(DType) const override { return true; }
  bool has_kernel(const std::string& name) const override;
  std::unique_ptr<Buffer> allocate(std::size_t bytes) override;
  std::unique_ptr<DeviceCsr> upload(std::shared_ptr<const Csr> csr) override;
  void finish() override {}        // verbs return when they are done
  DeviceUse use() const override;  // bytes only
  void reset_use() override { reset_cpu_peak(); }

#include "sparsegrow/backend/verb_overrides.inc"

 private:
  template <class Real>
  const KernelTable<Real>& table() const {
    return table_of<Real>(kernels_);
  }

  const KernelSet& kernels_;
};

}  // namespace sparsegrow::cpu
