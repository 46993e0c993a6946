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

  void spmm(const DeviceCsr& csr, std::int32_t level, const Buffer& values, const Buffer* bias,
            const Panel& x, Panel& y, SumFrom from) override;
  void spmm_t(const DeviceCsr& csr, std::int32_t level, const Buffer& values, const Panel& dy,
              Panel& dx) override;
  void sddmm(const DeviceCsr& csr, const Panel& x, const Panel& dy, Buffer& dvalues) override;
  void row_sum(const Panel& panel, std::int32_t first_row, Buffer& out) override;
  void activate(const DeviceCsr& csr, std::int32_t level, ActivationParams f, const Buffer* srelu,
                const Panel& z, Panel& a) override;
  void activate_grad(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                     const Buffer* srelu, const Panel& z, Panel& d, Buffer* dsrelu,
                     SlopeOf of) override;
  void dropout(const DeviceCsr& csr, std::int32_t level, DropoutParams drop, Panel& panel) override;
  void softmax_xent(const Panel& z, std::int32_t first_row, std::int32_t classes,
                    const Buffer& labels, Panel& d, Buffer& losses, Buffer& correct) override;
  void mse(const Panel& a, std::int32_t first_row, std::int32_t outputs, const Panel& targets,
           Panel& d, Buffer& losses) override;
  void adam(const OptimizerParams& params, DType dtype, std::int64_t count, Buffer& weights,
            const Buffer& gradient, Buffer* m, Buffer* v) override;
  void embed(const InputBlocks& blocks, const LiveSymbols& live, const GatedEdges& edges,
             const Buffer& bias, Panel& z) override;
  void embed(const InputRows& rows, const LiveRows& live, const GatedEdges& edges,
             const Buffer& bias, std::int32_t first_row, Panel& z) override;
  void embed_grad(const InputBlocks& blocks, const LiveSymbols& live, const Panel& dz,
                  Buffer& gradient) override;
  void embed_grad(const InputRows& rows, const LiveRows& live, std::int32_t first_row,
                  const Panel& dz, Buffer& gradient) override;
  void embed_update(const OptimizerParams& params, DType dtype, const InputBlocks& blocks,
                    const LiveSymbols& live, const Buffer& gradient,
                    const GatedEdges& edges) override;
  void embed_update(const OptimizerParams& params, DType dtype, const InputRows& rows,
                    const LiveRows& live, const Buffer& gradient, const GatedEdges& edges) override;
  void gate(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
            Buffer& product) override;
  void gate_grad(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
                 const Buffer& dproduct, Buffer& dweight, Buffer& dgate) override;
  void cell(const CellRows& cells, const Buffer& parameters, const Buffer& before, Buffer& after,
            Panel& z, Panel& tape) override;
  void cell_grad(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                 const Panel& tape, Panel& dz, Buffer& dparameters) override;
  void gather(Span<const std::int32_t> map, DType dtype, const Buffer& in, double fill,
              Buffer& out) override;
  std::vector<LevelStats> level_stats(const DeviceCsr& csr, const Panel& panel) override;
  void pack(const SampleMatrix& source, Span<const std::int64_t> chosen, std::int32_t first_row,
            Panel& panel) override;
  void unpack(const Panel& panel, std::int32_t first_row, std::int32_t features,
              void* out) override;

 private:
  Encoder& encoder() const { return engine_->encoder; }

  std::shared_ptr<Engine> engine_;
};

}  // namespace sparsegrow::metal
