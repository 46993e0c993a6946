// The verbs of Backend on an Apple GPU. Each checks its arguments, and puts down one launch of a
// kernel or a few. Launchers are in verb_*.cpp, kernels in kernels/*.metal.
#pragma once

#include "metal/engine.h"
#include "metal/metal_csr.h"
#include "sparsegrow/backend/backend.h"

namespace sparsegrow::metal {

class MetalBackend final : public Backend {
 public:
  MetalBackend() : engine_(std::make_shared<Engine>()) {}

  const char* name() const override { return "metal"; }
  bool supports(DType dtype) const override { return dtype == DType::f32; }
  bool has_kernel(const std::string& name) const override;
  std::unique_ptr<Buffer> allocate(std::size_t bytes) override;
  std::unique_ptr<DeviceCsr> upload(std::shared_ptr<const Csr> csr) override;
  void finish() override { encoder().finish(); }
  DeviceUse use() const override { return encoder().use(); }
  void reset_use() override { encoder().reset_use(); }

#include "sparsegrow/backend/verb_overrides.inc"

 private:
  Encoder& encoder() const { return engine_->encoder; }

  std::shared_ptr<Engine> engine_;
};

}  // namespace sparsegrow::metal
