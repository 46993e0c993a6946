// Forward product of a sparse layer.
#include "kernel_shapes.h"

namespace sparsegrow {
namespace {

using namespace reference;

void bench(const Shape& shape) {
  const Layer layer(shape);
  const Matrix x = random_matrix(shape.sources, shape.batch, 3);
  Matrix expected(shape.targets, shape.batch), size(shape.targets, shape.batch);
  reference::spmm(*layer.csr, 0, layer.values, {}, x, expected);
  reference::spmm(*layer.csr, 0, magnitudes(layer.values), {}, magnitudes(x), size);
  const Panel in = make_panel<float>(*layer.backend, x);
  Panel out(*layer.backend, DType::f32, shape.targets, shape.batch);
  const auto run = [&] { layer.backend->spmm(*layer.device, 0, *layer.weights, nullptr, in, out); };
  run();
  require_close(read_panel<float>(*layer.backend, out).data, expected.data, size.data,
                shape.sources * epsilon<float>());
  report("spmm", describe(shape), layer.flops(), "GFLOP/s", run);
}

TEST_CASE("spmm", "[!benchmark]") {
  for (const Shape& shape : kernel_shapes()) bench(shape);
}

}  // namespace
}  // namespace sparsegrow
