// Gradient of the values of a sparse layer.
#include "kernel_shapes.h"

namespace sparsegrow {
namespace {

using namespace reference;

void bench(const Shape& shape) {
  const Layer layer(shape);
  const Matrix x = random_matrix(shape.sources, shape.batch, 3);
  const Matrix dy = random_matrix(shape.targets, shape.batch, 4);
  const Panel in = make_panel<float>(*layer.backend, x),
              gradient = make_panel<float>(*layer.backend, dy);
  const auto out = make_buffer<float>(*layer.backend, layer.values);
  const auto run = [&] { layer.backend->sddmm(*layer.device, in, gradient, *out); };
  run();
  require_close(read_buffer<float>(*layer.backend, *out), reference::sddmm(*layer.csr, x, dy),
                reference::sddmm(*layer.csr, magnitudes(x), magnitudes(dy)),
                (shape.batch + 2) * epsilon<float>());
  report("sddmm", describe(shape), layer.flops(), "GFLOP/s", run);
}

TEST_CASE("sddmm", "[!benchmark]") {
  for (const Shape& shape : kernel_shapes()) bench(shape);
}

}  // namespace
}  // namespace sparsegrow
