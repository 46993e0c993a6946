// Gradient of the biases: reads a panel once.
#include "kernel_shapes.h"

namespace sparsegrow {
namespace {

using namespace reference;

TEST_CASE("row_sum", "[!benchmark]") {
  const auto backend = make_cpu_backend();
  const Matrix m = random_matrix(4000, 128, 1);
  const Panel panel = make_panel<float>(*backend, m);
  const auto out = backend->allocate(4000 * 4);
  const auto run = [&] { backend->row_sum(panel, 0, *out); };
  run();
  require_close(read_buffer<float>(*backend, *out), reference::row_sum(m),
                reference::row_sum(magnitudes(m)), 128 * epsilon<float>());
  report("row_sum", "4000 rows B128", 4000.0 * 128 * 4, "GB/s", run);
}

}  // namespace
}  // namespace sparsegrow
