// Backward product of a sparse layer.
#include "kernel_shapes.h"

namespace sparsegrow {
namespace {

using namespace reference;

void bench(const Shape& shape) {
  const Layer layer(shape);
  const Matrix dy = random_matrix(shape.targets, shape.batch, 3);
  Matrix expected(shape.sources, shape.batch), size(shape.sources, shape.batch);
  reference::spmm_t(*layer.csr, 0, layer.values, dy, expected);
  reference::spmm_t(*layer.csr, 0, magnitudes(layer.values), magnitudes(dy), size);
  const Panel in = make_panel<float>(*layer.backend, dy);
  Panel out(*layer.backend, DType::f32, shape.sources, shape.batch);
  const auto run = [&] { layer.backend->spmm_t(*layer.device, 0, *layer.weights, in, out); };
  run();
  require_close(read_panel<float>(*layer.backend, out).data, expected.data, size.data,
                shape.targets * epsilon<float>());
  report("spmm_t", describe(shape), layer.flops(), "GFLOP/s", run);
}

TEST_CASE("spmm_t", "[!benchmark]") {
  for (const Shape& shape : kernel_shapes()) bench(shape);
}

}  // namespace
}  // namespace sparsegrow
