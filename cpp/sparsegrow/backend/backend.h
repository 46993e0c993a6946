// The verbs of the engine. A device is whatever implements them; nothing else of a device is known
// outside its own folder. One operation has one name in every room: docs/kernels.md is the ledger.
//
// Rules that hold for every verb: panels of one call share the batch and the dtype; `values`,
// `bias` and other state buffers have the panel's dtype; nothing is allocated that grows with the
// batch; a sum has one owner and one order, so a result has the same bits for any number of
// threads. Sizes are checked (verb_checks.h); a mismatch throws invalid_argument. `level` picks the
// rows of one level of the Csr's plan.
//
// Work may be queued: finish() waits for it, and only then may the host read what verbs wrote, or
// change a buffer that they use. Host arguments (spans, tables, samples, a panel's batch) may be
// changed or freed as soon as a verb has returned; buffers, panels and Csrs may be freed then too,
// as a backend keeps their memory until the work is done. Verbs that give the host a result
// (level_stats, unpack) wait by themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sparsegrow/backend/buffer.h"
#include "sparsegrow/backend/device_csr.h"
#include "sparsegrow/backend/device_use.h"
#include "sparsegrow/backend/dtype.h"
#include "sparsegrow/backend/kernel_params.h"
#include "sparsegrow/backend/level_stats.h"
#include "sparsegrow/backend/one_hot.h"
#include "sparsegrow/backend/panel.h"
#include "sparsegrow/base/span.h"

namespace sparsegrow {

// Rows of samples in host memory, C-contiguous: [samples][features], of the given dtype.
struct SampleMatrix {
  const void* data = nullptr;
  DType dtype = DType::f32;
  std::int64_t samples = 0;
  std::int32_t features = 0;
};

// Where the sums of spmm start.
enum class SumFrom { bias, target };
// What activate_grad takes the slope of f from.
enum class SlopeOf { input, output };

// Memory neurons of one level: panel rows, and the place of each among all cells.
struct CellRows {
  Span<const std::int32_t> rows;
  Span<const std::int32_t> cells;
  std::int32_t streams = 1;  // samples of one time step: the batch is steps x streams
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual const char* name() const = 0;
  virtual bool supports(DType dtype) const = 0;
  virtual bool has_kernel(const std::string& name) const = 0;  // names as in kernel_names.h
  virtual std::unique_ptr<Buffer> allocate(
      std::size_t bytes) = 0;  // runtime_error when out of memory
  virtual std::unique_ptr<DeviceCsr> upload(std::shared_ptr<const Csr> csr) = 0;
  virtual void finish() = 0;
  virtual DeviceUse use() const { return {}; }
  virtual void reset_use() {}

  // y[r] = bias[r] + sum over the edges e of row r: values[e] * x[column[e]], for the target rows
  // of a level. bias may be null (zero); SumFrom::target adds to what y[r] holds instead. x has
  // csr.sources() rows, y csr.targets(); x and y may be one panel when no row of the level is a
  // source of it. Cost 2 * edges * batch flops.
  virtual void spmm(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                    const Buffer* bias, const Panel& x, Panel& y, SumFrom from = SumFrom::bias) = 0;

  // dx[s] = sum over the edges e out of source s: values[e] * dy[target[e]], for the source rows of
  // a level.
  virtual void spmm_t(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                      const Panel& dy, Panel& dx) = 0;

  // dvalues[e] = sum over the batch of x[source[e]] * dy[target[e]], for all edges.
  virtual void sddmm(const DeviceCsr& csr, const Panel& x, const Panel& dy, Buffer& dvalues) = 0;

  // out[r] = sum over the batch of panel[r], for the rows from first_row on; the others keep their
  // value.
  virtual void row_sum(const Panel& panel, std::int32_t first_row, Buffer& out) = 0;

  // a[r] = f(z[r]) for the target rows of a level; a and z may be one panel. `srelu` holds
  // 4 x rows values for ActivationKind::srelu, else null.
  virtual void activate(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                        const Buffer* srelu, const Panel& z, Panel& a) = 0;

  // d[r] *= f'(z[r]) in place, for the target rows of a level; for SReLU also writes those rows of
  // `dsrelu` (4 x rows, summed over the batch). With SlopeOf::output, z holds f(z) instead, which
  // saves tanh and sigmoid a second evaluation; the other kinds refuse it.
  virtual void activate_grad(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                             const Buffer* srelu, const Panel& z, Panel& d, Buffer* dsrelu,
                             SlopeOf of = SlopeOf::input) = 0;

  // Drops units of the target rows of a level, in place, and scales the others by 1 / (1 - rate).
  // The same parameters give the same mask, so the backward pass applies it to the gradient.
  virtual void dropout(const DeviceCsr& csr, std::int32_t level, DropoutParams drop,
                       Panel& panel) = 0;

  // Mean cross-entropy of softmax over `classes` rows from first_row, in nats.
  // labels: int32 [batch], each in [0, classes). d rows get (softmax - onehot) / batch, padding
  // zero. losses[b] is the loss of sample b and correct[b] (int32) whether its largest logit is its
  // label; ties go to the lowest class.
  virtual void softmax_xent(const Panel& z, std::int32_t first_row, std::int32_t classes,
                            const Buffer& labels, Panel& d, Buffer& losses, Buffer& correct) = 0;

  // Mean squared error of `outputs` rows of a, from first_row, against a panel of `outputs` rows.
  // losses[b] = mean over outputs of (a - t)^2; d rows get 2 (a - t) / (outputs * batch), padding
  // zero.
  virtual void mse(const Panel& a, std::int32_t first_row, std::int32_t outputs,
                   const Panel& targets, Panel& d, Buffer& losses) = 0;

  // One optimizer step over the first `count` elements; m and v are null where the kind has none
  // (sgd and nesterov use m as velocity, null then means no momentum; adagrad uses v).
  virtual void adam(const OptimizerParams& params, DType dtype, std::int64_t count, Buffer& weights,
                    const Buffer& gradient, Buffer* m, Buffer* v) = 0;

  // One-hot inputs. z[r] = bias[r] + the sum of the live elements weight * gate of r, for the rows
  // r of a table: those of its neurons (blocks), or all outputs from first_row on (rows).
  virtual void embed(const InputBlocks& blocks, const LiveSymbols& live, const GatedEdges& edges,
                     const Buffer& bias, Panel& z) = 0;
  virtual void embed(const InputRows& rows, const LiveRows& live, const GatedEdges& edges,
                     const Buffer& bias, std::int32_t first_row, Panel& z) = 0;

  // gradient[e] = sum of dz[target of e] over the samples in which e is live, for the edges that
  // are live in any; the others keep what they have.
  virtual void embed_grad(const InputBlocks& blocks, const LiveSymbols& live, const Panel& dz,
                          Buffer& gradient) = 0;
  virtual void embed_grad(const InputRows& rows, const LiveRows& live, std::int32_t first_row,
                          const Panel& dz, Buffer& gradient) = 0;

  // One step of adagrad on weights and gates of the live edges: dweight = gate * gradient,
  // dgate = weight * gradient. An edge whose gradient is zero would not move, so leaving out those
  // that are not live changes no bit (but `decay`, which then acts on live edges only).
  virtual void embed_update(const OptimizerParams& params, DType dtype, const InputBlocks& blocks,
                            const LiveSymbols& live, const Buffer& gradient,
                            const GatedEdges& edges) = 0;
  virtual void embed_update(const OptimizerParams& params, DType dtype, const InputRows& rows,
                            const LiveRows& live, const Buffer& gradient,
                            const GatedEdges& edges) = 0;

  // product[e] = weight[e] * gate[e], and the gradient of the product handed to both factors.
  virtual void gate(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
                    Buffer& product) = 0;
  virtual void gate_grad(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
                         const Buffer& dproduct, Buffer& dweight, Buffer& dgate) = 0;

  // Memory cells (formulas in kernel_params.h): z rows become z'. Sample t * streams + s is step t
  // of stream s; `streams` is 1 with one step, or a multiple of 8. `parameters` holds
  // kCellParameters x z.rows(); before and after hold c, then h, as [2][streams][z.rows()], and are
  // different buffers. `tape` has kCellTape rows for each cell, row kind * cells + cell.
  virtual void cell(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                    Buffer& after, Panel& z, Panel& tape) = 0;

  // dz rows, gradients of z', become gradients of z; dparameters rows get their sums over the
  // batch. Nothing flows back into `before`.
  virtual void cell_grad(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                         const Panel& tape, Panel& dz, Buffer& dparameters) = 0;

  // out[i] = map[i] >= 0 ? in[map[i]] : fill, for i < map.size(). in and out are different buffers.
  virtual void gather(Span<const std::int32_t> map, DType dtype, const Buffer& in, double fill,
                      Buffer& out) = 0;

  // One record per level of the target plan.
  virtual std::vector<LevelStats> level_stats(const DeviceCsr& csr, const Panel& panel) = 0;

  // panel rows first_row + j get feature j of the chosen samples (`chosen` indexes source; the
  // panel's batch is chosen.size()); padding gets zero. unpack writes rows back as
  // [batch][features] of the panel's dtype.
  virtual void pack(const SampleMatrix& source, Span<const std::int64_t> chosen,
                    std::int32_t first_row, Panel& panel) = 0;
  virtual void unpack(const Panel& panel, std::int32_t first_row, std::int32_t features,
                      void* out) = 0;
};

}  // namespace sparsegrow
