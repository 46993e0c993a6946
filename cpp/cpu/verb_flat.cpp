// adam and gather: one-dimensional arrays, cut into equal runs.
#include "cpu/backend_class.h"
#include "cpu/launch.h"

namespace sparsegrow::cpu {
namespace {

// Elements a thread takes at a time: a multiple of every vector width, so that which elements are
// the leftover of a vector loop does not depend on how the array is cut.
constexpr std::int64_t kRun = 16384;

template <class Body>
void for_runs(std::int64_t count, Body&& body) {
  parallel_for((count + kRun - 1) / kRun, [&](std::int64_t run) {
    const std::int64_t first = run * kRun;
    body(first, std::min(kRun, count - first));
  });
}

template <class Real>
Real* offset_or_null(Buffer* buffer, std::int64_t first) {
  return buffer ? buffer->as<Real>() + first : nullptr;
}

}  // namespace

void CpuBackend::adam(const OptimizerParams& params, DType dtype, std::int64_t count,
                      Buffer& weights, const Buffer& gradient, Buffer* m, Buffer* v) {
  require_adam(params, dtype, count, weights, gradient, m, v);
  with_real(dtype, [&](auto real) {
    using Real = decltype(real);
    for_runs(count, [&](std::int64_t first, std::int64_t size) {
      table<Real>().adam({params, size, weights.as<Real>() + first, gradient.as<Real>() + first,
                          offset_or_null<Real>(m, first), offset_or_null<Real>(v, first)});
    });
  });
}

void CpuBackend::gate(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
                      Buffer& product) {
  require_gate(dtype, count, weight, gate, product);
  with_real(dtype, [&](auto real) {
    using Real = decltype(real);
    for_runs(count, [&](std::int64_t first, std::int64_t size) {
      GateTask<Real> task{};
      task.count = size;
      task.weight = weight.as<Real>() + first;
      task.gate = gate.as<Real>() + first;
      task.product = product.as<Real>() + first;
      table<Real>().gate(task);
    });
  });
}

void CpuBackend::gate_grad(DType dtype, std::int64_t count, const Buffer& weight,
                           const Buffer& gate, const Buffer& dproduct, Buffer& dweight,
                           Buffer& dgate) {
  require_gate_grad(dtype, count, weight, gate, dproduct, dweight, dgate);
  with_real(dtype, [&](auto real) {
    using Real = decltype(real);
    for_runs(count, [&](std::int64_t first, std::int64_t size) {
      table<Real>().gate_grad({size, weight.as<Real>() + first, gate.as<Real>() + first,
                               dproduct.as<Real>() + first, nullptr, dweight.as<Real>() + first,
                               dgate.as<Real>() + first});
    });
  });
}

void CpuBackend::gather(Span<const std::int32_t> map, DType dtype, const Buffer& in, double fill,
                        Buffer& out) {
  require_gather_buffers(map, dtype, in, out);
  const auto count = static_cast<std::int64_t>(map.size());
  const auto limit = static_cast<std::int64_t>(in.bytes() / size_of(dtype));
  with_real(dtype, [&](auto real) {
    using Real = decltype(real);
    for_runs(count, [&](std::int64_t first, std::int64_t size) {
      const std::int32_t largest =
          table<Real>().gather({map.data() + first, size, in.as<Real>(), limit,
                                static_cast<Real>(fill), out.as<Real>() + first});
      require_gather_place(largest, dtype, in);
    });
  });
}

}  // namespace sparsegrow::cpu
