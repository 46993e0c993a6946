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
  constexpr char where[] = "Backend.adam";
  SG_REQUIRE(count >= 0, where, "got ", count, " elements, expected at least 0");
  const auto kind = static_cast<std::int32_t>(params.kind);
  SG_REQUIRE(kind >= 0 && kind <= static_cast<std::int32_t>(OptimizerKind::adagrad), where,
             "no such optimizer: got ", kind);
  SG_REQUIRE(params.kind != OptimizerKind::adam || (m && v), where,
             "got no m or v, expected both for adam");
  SG_REQUIRE(params.kind != OptimizerKind::adagrad || v, where,
             "got no v, expected one for adagrad");
  require_buffer(where, "weights", weights, count, size_of(dtype));
  require_buffer(where, "gradient", gradient, count, size_of(dtype));
  if (m) require_buffer(where, "m", *m, count, size_of(dtype));
  if (v) require_buffer(where, "v", *v, count, size_of(dtype));
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
  constexpr char where[] = "Backend.gate";
  require_buffer(where, "weight", weight, count, size_of(dtype));
  require_buffer(where, "gate", gate, count, size_of(dtype));
  require_buffer(where, "product", product, count, size_of(dtype));
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
  constexpr char where[] = "Backend.gate_grad";
  for (const Buffer* buffer : {&weight, &gate, &dproduct, const_cast<const Buffer*>(&dweight),
                               const_cast<const Buffer*>(&dgate)}) {
    require_buffer(where, "array", *buffer, count, size_of(dtype));
  }
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
  constexpr char where[] = "Backend.gather";
  const auto count = static_cast<std::int64_t>(map.size());
  const auto limit = static_cast<std::int64_t>(in.bytes() / size_of(dtype));
  require_buffer(where, "out", out, count, size_of(dtype));
  SG_REQUIRE(in.data() != out.data(), where, "in and out are one buffer, expected two");
  with_real(dtype, [&](auto real) {
    using Real = decltype(real);
    for_runs(count, [&](std::int64_t first, std::int64_t size) {
      const std::int32_t largest =
          table<Real>().gather({map.data() + first, size, in.as<Real>(), limit,
                                static_cast<Real>(fill), out.as<Real>() + first});
      SG_REQUIRE_RANGE(largest < limit, where, "got place ", largest, " in map, expected below ",
                       limit);
    });
  });
}

}  // namespace sparsegrow::cpu
