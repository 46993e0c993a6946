// adam, gate, gate_grad and gather: one thread for each element of one-dimensional arrays.
#include "metal/backend_class.h"
#include "metal/kernels/arguments.h"
#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::metal {
namespace {

// Arrays that one step of the optimizer reads, and those that it writes.
int arrays_of(OptimizerKind kind, bool has_m) {
  if (kind == OptimizerKind::adam) return 4 + 3;
  if (kind == OptimizerKind::adagrad || has_m) return 3 + 2;
  return 2 + 1;
}

}  // namespace

void MetalBackend::adam(const OptimizerParams& params, DType dtype, std::int64_t count,
                        Buffer& weights, const Buffer& gradient, Buffer* m, Buffer* v) {
  require_dtype("Backend.adam", *this, dtype);
  require_adam(params, dtype, count, weights, gradient, m, v);
  const AdamArguments arguments{narrowed(params), count, m != nullptr};
  encoder()
      .launch("adam_flat_f32")
      .arg(weights)
      .arg(gradient)
      .arg(m ? *m : weights)
      .arg(v ? *v : weights)
      .params(arguments)
      .moves(4 * count * arrays_of(params.kind, m != nullptr))
      .over(count);
}

void MetalBackend::gate(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
                        Buffer& product) {
  require_dtype("Backend.gate", *this, dtype);
  require_gate(dtype, count, weight, gate, product);
  encoder()
      .launch("gate_flat_f32")
      .arg(weight)
      .arg(gate)
      .arg(product)
      .params(count)
      .moves(12 * count)
      .over(count);
}

void MetalBackend::gate_grad(DType dtype, std::int64_t count, const Buffer& weight,
                             const Buffer& gate, const Buffer& dproduct, Buffer& dweight,
                             Buffer& dgate) {
  require_dtype("Backend.gate_grad", *this, dtype);
  require_gate_grad(dtype, count, weight, gate, dproduct, dweight, dgate);
  encoder()
      .launch("gate_grad_flat_f32")
      .arg(weight)
      .arg(gate)
      .arg(dproduct)
      .arg(dweight)
      .arg(dgate)
      .params(count)
      .moves(20 * count)
      .over(count);
}

void MetalBackend::gather(Span<const std::int32_t> map, DType dtype, const Buffer& in, double fill,
                          Buffer& out) {
  require_dtype("Backend.gather", *this, dtype);
  require_gather(map, dtype, in, out);
  const auto count = static_cast<std::int64_t>(map.size());
  const GatherArguments arguments{count, static_cast<float>(fill)};
  encoder()
      .launch("gather_flat_f32")
      .staged(map)
      .arg(in)
      .arg(out)
      .params(arguments)
      .moves(12 * count)
      .over(count);
}

}  // namespace sparsegrow::metal
