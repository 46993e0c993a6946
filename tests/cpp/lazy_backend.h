// A device that puts work off, around one that does not: it does to its caller what a GPU does.
//
// A verb checks its arguments at once, copies its host arguments, and is kept; finish() runs what
// was kept, in order. So a host that reads before finish() sees old numbers. finish() throws
// logic_error when the host has changed a buffer after the verb that uses it was called.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sparsegrow/backend/backend.h"

namespace sparsegrow::test {

class LazyBackend final : public Backend {
 public:
  explicit LazyBackend(std::shared_ptr<Backend> inner) : inner_(std::move(inner)) {}

  std::int64_t waits() const { return waits_; }  // calls of finish() that found work

  const char* name() const override { return "lazy"; }
  bool supports(DType dtype) const override { return inner_->supports(dtype); }
  bool has_kernel(const std::string& name) const override { return inner_->has_kernel(name); }
  std::unique_ptr<Buffer> allocate(std::size_t bytes) override;
  std::unique_ptr<DeviceCsr> upload(std::shared_ptr<const Csr> csr) override;
  void finish() override;

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
  // Memory that kept work uses, as it was when the first verb that uses it was called.
  struct Watched {
    std::shared_ptr<Buffer> memory;
    std::uint64_t contents;
    const char* verb;
  };
  using WatchedMemory = std::map<const Buffer*, Watched>;

  void keep(const char* verb, const std::vector<const Buffer*>& used, std::function<void()> work);
  static void require_unchanged(const WatchedMemory& all);

  std::shared_ptr<Backend> inner_;
  std::vector<std::function<void()>> work_;
  WatchedMemory watched_;
  std::int64_t waits_ = 0;
};

}  // namespace sparsegrow::test
