// What each verb asks of its arguments, in the same words on every device: a backend calls
// require_<verb> with the verb's arguments before it does or queues any work. Each throws
// invalid_argument, or out_of_range for an index outside its range, as "[Backend.<verb>] what: got
// .., expected ..". Cost O(1), or O(host arguments) where they hold indices; nothing on the device
// is read but the labels of softmax_xent.
#pragma once

#include "sparsegrow/backend/backend.h"

namespace sparsegrow {

void require_upload(const std::shared_ptr<const Csr>& csr);

void require_spmm(const Csr& csr, std::int32_t level, const Buffer& values, const Buffer* bias,
                  const Panel& x, const Panel& y);
void require_spmm_t(const Csr& csr, std::int32_t level, const Buffer& values, const Panel& dy,
                    const Panel& dx);
void require_sddmm(const Csr& csr, const Panel& x, const Panel& dy, const Buffer& dvalues);
void require_row_sum(const Panel& panel, std::int32_t first_row, const Buffer& out);

void require_activate(const Csr& csr, std::int32_t level, ActivationParams f, const Buffer* srelu,
                      const Panel& z, const Panel& a);
void require_activate_grad(const Csr& csr, std::int32_t level, ActivationParams f,
                           const Buffer* srelu, const Panel& z, const Panel& d,
                           const Buffer* dsrelu, SlopeOf of);
void require_dropout(const Csr& csr, std::int32_t level, DropoutParams drop, const Panel& panel);
void require_level_stats(const Csr& csr, const Panel& panel);

void require_softmax_xent(const Panel& z, std::int32_t first_row, std::int32_t classes,
                          const Buffer& labels, const Panel& d, const Buffer& losses,
                          const Buffer& correct);
void require_mse(const Panel& a, std::int32_t first_row, std::int32_t outputs, const Panel& targets,
                 const Panel& d, const Buffer& losses);

void require_embed(const InputBlocks& blocks, const LiveSymbols& live, const GatedEdges& edges,
                   const Buffer& bias, const Panel& z);
void require_embed(const InputRows& rows, const LiveRows& live, const GatedEdges& edges,
                   const Buffer& bias, std::int32_t first_row, const Panel& z);
void require_embed_grad(const InputBlocks& blocks, const LiveSymbols& live, const Panel& dz,
                        const Buffer& gradient);
void require_embed_grad(const InputRows& rows, const LiveRows& live, std::int32_t first_row,
                        const Panel& dz, const Buffer& gradient);
void require_embed_update(const OptimizerParams& params, DType dtype, const InputBlocks& blocks,
                          const LiveSymbols& live, const Buffer& gradient, const GatedEdges& edges);
void require_embed_update(const OptimizerParams& params, DType dtype, const InputRows& rows,
                          const LiveRows& live, const Buffer& gradient, const GatedEdges& edges);

void require_cell(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                  const Buffer& after, const Panel& z, const Panel& tape);
void require_cell_grad(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                       const Panel& tape, const Panel& dz, const Buffer& dparameters);

void require_adam(const OptimizerParams& params, DType dtype, std::int64_t count,
                  const Buffer& weights, const Buffer& gradient, const Buffer* m, const Buffer* v);
void require_gate(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
                  const Buffer& product);
void require_gate_grad(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
                       const Buffer& dproduct, const Buffer& dweight, const Buffer& dgate);

// The places of the map are read here. A backend that meets the largest place on its way anyhow
// calls the two parts instead: the buffers first, then each largest place.
void require_gather(Span<const std::int32_t> map, DType dtype, const Buffer& in, const Buffer& out);
void require_gather_buffers(Span<const std::int32_t> map, DType dtype, const Buffer& in,
                            const Buffer& out);
void require_gather_place(std::int32_t place, DType dtype, const Buffer& in);

void require_pack(const SampleMatrix& source, Span<const std::int64_t> chosen,
                  std::int32_t first_row, const Panel& panel);
void require_unpack(const Panel& panel, std::int32_t first_row, std::int32_t features,
                    const void* out);

}  // namespace sparsegrow
