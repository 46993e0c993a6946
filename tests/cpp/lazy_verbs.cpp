// Each verb: its checks, copies of its host arguments, and the inner verb for later.
#include "lazy_backend.h"
#include "lazy_memory.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::test {

void LazyBackend::spmm(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                       const Buffer* bias, const Panel& x, Panel& y, SumFrom from) {
  require_spmm(csr.host(), level, values, bias, x, y);
  keep("spmm", {&values, bias, &x.buffer(), &y.buffer()},
       [=, graph = inner_of(csr), v = memory_of(values), b = memory_of(bias), to = y]() mutable {
         inner_->spmm(*graph, level, *v, b.get(), x, to, from);
       });
}

void LazyBackend::spmm_t(const DeviceCsr& csr, std::int32_t level, const Buffer& values,
                         const Panel& dy, Panel& dx) {
  require_spmm_t(csr.host(), level, values, dy, dx);
  keep("spmm_t", {&values, &dy.buffer(), &dx.buffer()},
       [=, graph = inner_of(csr), v = memory_of(values), to = dx]() mutable {
         inner_->spmm_t(*graph, level, *v, dy, to);
       });
}

void LazyBackend::sddmm(const DeviceCsr& csr, const Panel& x, const Panel& dy, Buffer& dvalues) {
  require_sddmm(csr.host(), x, dy, dvalues);
  keep(
      "sddmm", {&x.buffer(), &dy.buffer(), &dvalues},
      [=, graph = inner_of(csr), out = memory_of(dvalues)] { inner_->sddmm(*graph, x, dy, *out); });
}

void LazyBackend::row_sum(const Panel& panel, std::int32_t first_row, Buffer& out) {
  require_row_sum(panel, first_row, out);
  keep("row_sum", {&panel.buffer(), &out},
       [=, sums = memory_of(out)] { inner_->row_sum(panel, first_row, *sums); });
}

void LazyBackend::activate(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                           const Buffer* srelu, const Panel& z, Panel& a) {
  require_activate(csr.host(), level, f, srelu, z, a);
  keep("activate", {srelu, &z.buffer(), &a.buffer()},
       [=, graph = inner_of(csr), own = memory_of(srelu), to = a]() mutable {
         inner_->activate(*graph, level, f, own.get(), z, to);
       });
}

void LazyBackend::activate_grad(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                                const Buffer* srelu, const Panel& z, Panel& d, Buffer* dsrelu,
                                SlopeOf of) {
  require_activate_grad(csr.host(), level, f, srelu, z, d, dsrelu, of);
  keep("activate_grad", {srelu, &z.buffer(), &d.buffer(), dsrelu},
       [=, graph = inner_of(csr), own = memory_of(srelu), down = memory_of(dsrelu),
        to = d]() mutable {
         inner_->activate_grad(*graph, level, f, own.get(), z, to, down.get(), of);
       });
}

void LazyBackend::dropout(const DeviceCsr& csr, std::int32_t level, DropoutParams drop,
                          Panel& panel) {
  require_dropout(csr.host(), level, drop, panel);
  keep("dropout", {&panel.buffer()}, [=, graph = inner_of(csr), units = panel]() mutable {
    inner_->dropout(*graph, level, drop, units);
  });
}

void LazyBackend::softmax_xent(const Panel& z, std::int32_t first_row, std::int32_t classes,
                               const Buffer& labels, Panel& d, Buffer& losses, Buffer& correct) {
  require_softmax_xent(z, first_row, classes, labels, d, losses, correct);
  keep("softmax_xent", {&z.buffer(), &labels, &d.buffer(), &losses, &correct},
       [=, names = memory_of(labels), to = d, nats = memory_of(losses),
        hits = memory_of(correct)]() mutable {
         inner_->softmax_xent(z, first_row, classes, *names, to, *nats, *hits);
       });
}

void LazyBackend::mse(const Panel& a, std::int32_t first_row, std::int32_t outputs,
                      const Panel& targets, Panel& d, Buffer& losses) {
  require_mse(a, first_row, outputs, targets, d, losses);
  keep("mse", {&a.buffer(), &targets.buffer(), &d.buffer(), &losses},
       [=, to = d, squares = memory_of(losses)]() mutable {
         inner_->mse(a, first_row, outputs, targets, to, *squares);
       });
}

void LazyBackend::adam(const OptimizerParams& params, DType dtype, std::int64_t count,
                       Buffer& weights, const Buffer& gradient, Buffer* m, Buffer* v) {
  require_adam(params, dtype, count, weights, gradient, m, v);
  keep("adam", {&weights, &gradient, m, v},
       [=, w = memory_of(weights), g = memory_of(gradient), first = memory_of(m),
        second = memory_of(v)] {
         inner_->adam(params, dtype, count, *w, *g, first.get(), second.get());
       });
}

void LazyBackend::embed(const InputBlocks& blocks, const LiveSymbols& live, const GatedEdges& edges,
                        const Buffer& bias, Panel& z) {
  require_embed(blocks, live, edges, bias, z);
  keep("embed", {edges.weight, edges.gate, &bias, &z.buffer()},
       [=, own = LazyEdges(edges), start = memory_of(bias), to = z]() mutable {
         inner_->embed(blocks, live, own.view(), *start, to);
       });
}

void LazyBackend::embed(const InputRows& rows, const LiveRows& live, const GatedEdges& edges,
                        const Buffer& bias, std::int32_t first_row, Panel& z) {
  require_embed(rows, live, edges, bias, first_row, z);
  keep("embed", {edges.weight, edges.gate, &bias, &z.buffer()},
       [=, own = LazyEdges(edges), start = memory_of(bias), to = z]() mutable {
         inner_->embed(rows, live, own.view(), *start, first_row, to);
       });
}

void LazyBackend::embed_grad(const InputBlocks& blocks, const LiveSymbols& live, const Panel& dz,
                             Buffer& gradient) {
  require_embed_grad(blocks, live, dz, gradient);
  keep("embed_grad", {&dz.buffer(), &gradient},
       [=, g = memory_of(gradient)] { inner_->embed_grad(blocks, live, dz, *g); });
}

void LazyBackend::embed_grad(const InputRows& rows, const LiveRows& live, std::int32_t first_row,
                             const Panel& dz, Buffer& gradient) {
  require_embed_grad(rows, live, first_row, dz, gradient);
  keep("embed_grad", {&dz.buffer(), &gradient},
       [=, g = memory_of(gradient)] { inner_->embed_grad(rows, live, first_row, dz, *g); });
}

void LazyBackend::embed_update(const OptimizerParams& params, DType dtype,
                               const InputBlocks& blocks, const LiveSymbols& live,
                               const Buffer& gradient, const GatedEdges& edges) {
  require_embed_update(params, dtype, blocks, live, gradient, edges);
  keep("embed_update", {&gradient, edges.weight, edges.gate, edges.weight_sum, edges.gate_sum},
       [=, g = memory_of(gradient), own = LazyEdges(edges)] {
         inner_->embed_update(params, dtype, blocks, live, *g, own.view());
       });
}

void LazyBackend::embed_update(const OptimizerParams& params, DType dtype, const InputRows& rows,
                               const LiveRows& live, const Buffer& gradient,
                               const GatedEdges& edges) {
  require_embed_update(params, dtype, rows, live, gradient, edges);
  keep("embed_update", {&gradient, edges.weight, edges.gate, edges.weight_sum, edges.gate_sum},
       [=, g = memory_of(gradient), own = LazyEdges(edges)] {
         inner_->embed_update(params, dtype, rows, live, *g, own.view());
       });
}

void LazyBackend::gate(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
                       Buffer& product) {
  require_gate(dtype, count, weight, gate, product);
  keep("gate", {&weight, &gate, &product},
       [=, w = memory_of(weight), g = memory_of(gate), out = memory_of(product)] {
         inner_->gate(dtype, count, *w, *g, *out);
       });
}

void LazyBackend::gate_grad(DType dtype, std::int64_t count, const Buffer& weight,
                            const Buffer& gate, const Buffer& dproduct, Buffer& dweight,
                            Buffer& dgate) {
  require_gate_grad(dtype, count, weight, gate, dproduct, dweight, dgate);
  keep("gate_grad", {&weight, &gate, &dproduct, &dweight, &dgate},
       [=, w = memory_of(weight), g = memory_of(gate), d = memory_of(dproduct),
        dw = memory_of(dweight),
        dg = memory_of(dgate)] { inner_->gate_grad(dtype, count, *w, *g, *d, *dw, *dg); });
}

void LazyBackend::cell(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                       Buffer& after, Panel& z, Panel& tape) {
  require_cell(cells, parameters, before, after, z, tape);
  keep("cell", {&parameters, &before, &after, &z.buffer(), &tape.buffer()},
       [=, own = LazyCells(cells), p = memory_of(parameters), from = memory_of(before),
        to = memory_of(after), panel = z,
        kept = tape]() mutable { inner_->cell(own.view(), *p, *from, *to, panel, kept); });
}

void LazyBackend::cell_grad(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                            const Panel& tape, Panel& dz, Buffer& dparameters) {
  require_cell_grad(cells, parameters, before, tape, dz, dparameters);
  keep("cell_grad", {&parameters, &before, &tape.buffer(), &dz.buffer(), &dparameters},
       [=, own = LazyCells(cells), p = memory_of(parameters), from = memory_of(before), panel = dz,
        dp = memory_of(dparameters)]() mutable {
         inner_->cell_grad(own.view(), *p, *from, tape, panel, *dp);
       });
}

void LazyBackend::gather(Span<const std::int32_t> map, DType dtype, const Buffer& in, double fill,
                         Buffer& out) {
  require_gather(map, dtype, in, out);
  keep("gather", {&in, &out},
       [=, places = std::vector<std::int32_t>(map.begin(), map.end()), from = memory_of(in),
        to = memory_of(out)] { inner_->gather(places, dtype, *from, fill, *to); });
}

void LazyBackend::pack(const SampleMatrix& source, Span<const std::int64_t> chosen,
                       std::int32_t first_row, Panel& panel) {
  require_pack(source, chosen, first_row, panel);
  keep("pack", {&panel.buffer()}, [=, rows = LazySamples(source, chosen), to = panel]() mutable {
    inner_->pack(rows.view(), rows.chosen(), first_row, to);
  });
}

std::vector<LevelStats> LazyBackend::level_stats(const DeviceCsr& csr, const Panel& panel) {
  require_level_stats(csr.host(), panel);
  finish();
  return inner_->level_stats(*inner_of(csr), panel);
}

void LazyBackend::unpack(const Panel& panel, std::int32_t first_row, std::int32_t features,
                         void* out) {
  require_unpack(panel, first_row, features, out);
  finish();
  inner_->unpack(panel, first_row, features, out);
}

}  // namespace sparsegrow::test
