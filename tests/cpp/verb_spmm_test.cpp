// spmm and spmm_t.
#include "sparsegrow/backend/registry.h"
#include "verb_support.h"

namespace sparsegrow {
namespace {

using namespace reference;

// Rounding of a row: one product and one sum per edge, the bias, and the tree of partial sums.
template <class Real>
double rounding(std::int32_t longest_row) {
  return (longest_row + 4) * epsilon<Real>();
}

std::int32_t longest(const Pattern& pattern) {
  std::int32_t most = 0;
  for (std::int32_t r = 0; r < pattern.rows(); ++r) {
    most = std::max(most, pattern.row_begin[r + 1] - pattern.row_begin[r]);
  }
  return most;
}

void check_spmm(const CsrCase& test, std::int32_t batch, bool with_bias) {
  const Csr& csr = *test.csr;
  const auto values = random_values(csr.edges(), 1);
  const auto bias = random_values(with_bias ? csr.targets() : 0, 2);
  const Matrix x = random_matrix(csr.sources(), batch, 3);
  Matrix expected(csr.targets(), batch), size(csr.targets(), batch);
  reference::spmm(csr, 0, values, bias, x, expected);
  reference::spmm(csr, 0, magnitudes(values), magnitudes(bias), magnitudes(x), size);
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto device = backend.upload(test.csr);
    const Panel in = make_panel<Real>(backend, x, 7.0);
    Panel out = make_panel<Real>(backend, Matrix(csr.targets(), batch, 99.0));
    const auto bias_buffer = make_buffer<Real>(backend, bias);
    backend.spmm(*device, 0, *make_buffer<Real>(backend, values),
                 with_bias ? bias_buffer.get() : nullptr, in, out);
    require_close(read_panel<Real>(backend, out).data, expected.data, size.data,
                  rounding<Real>(longest(csr.by_target)));
  });
}

void check_spmm_t(const CsrCase& test, std::int32_t batch) {
  const Csr& csr = *test.csr;
  const auto values = random_values(csr.edges(), 1);
  const Matrix dy = random_matrix(csr.targets(), batch, 3);
  Matrix expected(csr.sources(), batch), size(csr.sources(), batch);
  reference::spmm_t(csr, 0, values, dy, expected);
  reference::spmm_t(csr, 0, magnitudes(values), magnitudes(dy), size);
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto device = backend.upload(test.csr);
    const Panel in = make_panel<Real>(backend, dy);
    Panel out = make_panel<Real>(backend, Matrix(csr.sources(), batch, 99.0), 99.0);
    backend.spmm_t(*device, 0, *make_buffer<Real>(backend, values), in, out);
    require_close(read_panel<Real>(backend, out).data, expected.data, size.data,
                  rounding<Real>(longest(csr.by_source)));
    REQUIRE(largest_padding<Real>(backend, out) == 0);
  });
}

TEST_CASE("spmm and spmm_t agree with the oracle") {
  for_each_case([](const CsrCase& test, std::int32_t batch) {
    check_spmm(test, batch, true);
    check_spmm(test, batch, false);
    check_spmm_t(test, batch);
  });
}

TEST_CASE("spmm_t takes a row of more values than a backend would keep") {
  const std::vector<std::int32_t> ones(270000, 1);
  check_spmm_t({"", std::make_shared<const Csr>(csr_of_degrees(1, ones, 9)), 33}, 33);
}

TEST_CASE("spmm_t is the adjoint of spmm") {
  const auto csr = std::make_shared<const Csr>(random_csr(120, 90, 0.2, 1));
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t batch : {1, 8, 40}) {
      INFO("batch " << batch);
      const auto device = backend.upload(csr);
      const auto values = make_buffer<Real>(backend, random_values(csr->edges(), 1));
      const Matrix x = random_matrix(120, batch, 2), y = random_matrix(90, batch, 3);
      Panel forward(backend, dtype_of<Real>(), 90, batch),
          backward(backend, dtype_of<Real>(), 120, batch);
      backend.spmm(*device, 0, *values, nullptr, make_panel<Real>(backend, x), forward);
      backend.spmm_t(*device, 0, *values, make_panel<Real>(backend, y), backward);
      const double left = dot(y.data, read_panel<Real>(backend, forward).data);
      const double right = dot(read_panel<Real>(backend, backward).data, x.data);
      // Each of the 90 x batch outputs is below its number of edges (at most 120) and off by that
      // many eps.
      REQUIRE(std::fabs(left - right) <= 210.0 * batch * 120 * 30 * epsilon<Real>());
      REQUIRE(std::fabs(left) > 0.01);
    }
  });
}

TEST_CASE("spmm is linear in the values and an identity matrix copies") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    std::vector<std::int32_t> begin(41), column(40);
    std::iota(begin.begin(), begin.end(), 0);
    for (std::int32_t i = 0; i < 40; ++i) column[i] = 39 - i;  // reversed order of rows
    const auto device = backend.upload(std::make_shared<const Csr>(make_csr(40, begin, column)));
    const auto values = make_buffer<Real>(backend, std::vector<double>(40, 2.0));
    for (const std::int32_t batch : {1, 5, 32, 70}) {
      const Matrix x = random_matrix(40, batch, 9);
      Panel out(backend, dtype_of<Real>(), 40, batch);
      for (const bool transposed : {false, true}) {
        if (transposed)
          backend.spmm_t(*device, 0, *values, make_panel<Real>(backend, x), out);
        else
          backend.spmm(*device, 0, *values, nullptr, make_panel<Real>(backend, x), out);
        const Matrix y = read_panel<Real>(backend, out);
        for (std::int32_t r = 0; r < 40; ++r) {
          for (std::int32_t b = 0; b < batch; ++b) REQUIRE(y.at(r, b) == 2 * x.at(39 - r, b));
        }
      }
    }
  });
}

TEST_CASE("spmm and spmm_t walk a layered graph in one panel") {
  const auto csr = std::make_shared<const Csr>(layered_dag(5, 30, 40, 3));
  const std::int32_t nodes = csr->targets();
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t batch : {1, 7, 33, 64}) {
      INFO("batch " << batch);
      const auto device = backend.upload(csr);
      const auto values = random_values(csr->edges(), 1);
      std::vector<double> small = values;
      for (double& v : small) v /= 64;  // exact, and keeps five levels of 40 edges near one
      const auto bias = random_values(nodes, 2);
      const auto weights = make_buffer<Real>(backend, small);
      Matrix a = random_matrix(nodes, batch, 4), d = random_matrix(nodes, batch, 5);
      Panel forward = make_panel<Real>(backend, a), backward = make_panel<Real>(backend, d);
      for (std::int32_t level = 1; level < 5; ++level) {
        const Matrix before = a;
        reference::spmm(*csr, level, small, bias, before, a);
        backend.spmm(*device, level, *weights, make_buffer<Real>(backend, bias).get(), forward,
                     forward);
      }
      for (std::int32_t level = 3; level >= 0; --level) {
        const Matrix before = d;
        reference::spmm_t(*csr, level, small, before, d);
        backend.spmm_t(*device, level, *weights, backward, backward);
      }
      const Matrix one(nodes, batch, 4.0);  // activations and gradients stay below 4
      require_close(read_panel<Real>(backend, forward).data, a.data, one.data,
                    4 * 44 * epsilon<Real>());
      require_close(read_panel<Real>(backend, backward).data, d.data, one.data,
                    4 * 160 * epsilon<Real>());
    }
  });
}

template <class Real>
void check_thread_bits(Backend& backend, const std::shared_ptr<const Csr>& csr,
                       std::int32_t batch) {
  const auto device = backend.upload(csr);
  const auto values = make_buffer<Real>(backend, random_values(csr->edges(), 1));
  const Panel x = make_panel<Real>(backend, random_matrix(csr->sources(), batch, 2));
  const Panel dy = make_panel<Real>(backend, random_matrix(csr->targets(), batch, 2));
  require_same_bits([&] {
    Panel y(backend, dtype_of<Real>(), csr->targets(), batch);
    backend.spmm(*device, 0, *values, nullptr, x, y);
    return bytes_of(backend, y);
  });
  require_same_bits([&] {
    Panel dx(backend, dtype_of<Real>(), csr->sources(), batch);
    backend.spmm_t(*device, 0, *values, dy, dx);
    return bytes_of(backend, dx);
  });
}

TEST_CASE("spmm and spmm_t give the same bits for any number of threads") {
  const auto many_edges = std::make_shared<const Csr>(random_csr(800, 500, 0.1, 2));
  const auto many_tiles = std::make_shared<const Csr>(random_csr(60, 50, 0.1, 2));
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t batch : {1, 100}) check_thread_bits<Real>(backend, many_edges, batch);
    check_thread_bits<Real>(backend, many_tiles, 600);
  });
}

TEST_CASE("spmm and spmm_t refuse what does not fit") {
  const auto backend = test_backend();
  const auto device = backend->upload(std::make_shared<const Csr>(random_csr(6, 4, 0.5, 1)));
  const auto edges = static_cast<std::size_t>(device->host().edges());
  const auto values = backend->allocate(edges * 4), few = backend->allocate(edges * 4 - 4);
  Panel x(*backend, DType::f32, 6, 9), y(*backend, DType::f32, 4, 9);
  Panel short_y(*backend, DType::f32, 3, 9), other_batch(*backend, DType::f32, 4, 8);
  Panel wide_y(*open_backend("cpu"), DType::f64, 4, 9);
  const auto bias = backend->allocate(12);
  REQUIRE_THROWS_AS(backend->spmm(*device, 1, *values, nullptr, x, y), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->spmm(*device, -1, *values, nullptr, x, y), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->spmm(*device, 0, *few, nullptr, x, y), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->spmm(*device, 0, *values, bias.get(), x, y), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->spmm(*device, 0, *values, nullptr, y, y), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->spmm(*device, 0, *values, nullptr, x, short_y), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->spmm(*device, 0, *values, nullptr, x, other_batch),
                    std::invalid_argument);
  REQUIRE_THROWS_WITH(backend->spmm(*device, 0, *values, nullptr, x, wide_y),
                      "[Backend.spmm] y has the wrong dtype: got f64, expected f32");
  REQUIRE_THROWS_AS(backend->spmm_t(*device, 1, *values, y, x), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->spmm_t(*device, 0, *few, y, x), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->spmm_t(*device, 0, *values, x, x), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->spmm_t(*device, 0, *values, y, y), std::invalid_argument);
  Panel none_x(*backend, DType::f32, 6, 0), none_y(*backend, DType::f32, 4, 0);
  REQUIRE_NOTHROW(backend->spmm(*device, 0, *values, nullptr, none_x, none_y));
  REQUIRE_NOTHROW(backend->spmm_t(*device, 0, *values, none_y, none_x));
}

}  // namespace
}  // namespace sparsegrow
