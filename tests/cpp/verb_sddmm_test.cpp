// sddmm and row_sum.
#include "sparsegrow/backend/registry.h"
#include "verb_support.h"

namespace sparsegrow {
namespace {

using namespace reference;

template <class Real>
std::vector<double> run_sddmm(Backend& backend, const std::shared_ptr<const Csr>& csr,
                              const Matrix& x, const Matrix& dy) {
  const auto device = backend.upload(csr);
  auto out =
      make_buffer<Real>(backend, std::vector<double>(static_cast<std::size_t>(csr->edges()), 99));
  backend.sddmm(*device, make_panel<Real>(backend, x, 7.0), make_panel<Real>(backend, dy), *out);
  return read_buffer<Real>(backend, *out);
}

void check_sddmm(const CsrCase& test, std::int32_t batch) {
  const Matrix x = random_matrix(test.csr->sources(), batch, 1);
  const Matrix dy = random_matrix(test.csr->targets(), batch, 2);
  const auto expected = reference::sddmm(*test.csr, x, dy);
  const auto size = reference::sddmm(*test.csr, magnitudes(x), magnitudes(dy));
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    require_close(run_sddmm<Real>(backend, test.csr, x, dy), expected, size,
                  (batch + 2) * epsilon<Real>());
  });
}

void check_row_sum(const CsrCase& test, std::int32_t batch) {
  const Matrix x = random_matrix(test.csr->sources(), batch, 1);
  const std::int32_t first = x.rows / 3;
  auto expected = reference::row_sum(x);
  std::fill_n(expected.begin(), first, 99.0);  // rows before the first keep their value
  const auto size = reference::row_sum(magnitudes(x));
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    auto sums =
        make_buffer<Real>(backend, std::vector<double>(static_cast<std::size_t>(x.rows), 99));
    backend.row_sum(make_panel<Real>(backend, x, 7.0), first, *sums);
    require_close(read_buffer<Real>(backend, *sums), expected, size, (batch + 2) * epsilon<Real>());
  });
}

TEST_CASE("sddmm and row_sum agree with the oracle") {
  for_each_case([](const CsrCase& test, std::int32_t batch) {
    check_sddmm(test, batch);
    check_row_sum(test, batch);
  });
}

// <y, spmm x> is linear in the values, so one large step of one value gives its derivative exactly.
TEST_CASE("sddmm is the derivative of spmm in the values, row_sum that in the bias") {
  const auto csr = std::make_shared<const Csr>(random_csr(20, 15, 0.3, 4));
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t batch : {1, 6, 45}) {
      INFO("batch " << batch);
      const Matrix x = random_matrix(20, batch, 1), y = random_matrix(15, batch, 2);
      const auto device = backend.upload(csr);
      std::vector<double> values = random_values(csr->edges(), 3), bias = random_values(15, 4);
      const auto objective = [&] {
        Panel out(backend, dtype_of<Real>(), 15, batch);
        backend.spmm(*device, 0, *make_buffer<Real>(backend, values),
                     make_buffer<Real>(backend, bias).get(), make_panel<Real>(backend, x), out);
        return dot(y.data, read_panel<Real>(backend, out).data);
      };
      const double start = objective();
      const auto gradient = run_sddmm<Real>(backend, csr, x, y);
      auto bias_gradient = make_buffer<Real>(backend, bias);
      backend.row_sum(make_panel<Real>(backend, y), 0, *bias_gradient);
      const auto row_sums = read_buffer<Real>(backend, *bias_gradient);
      const double tolerance = 15.0 * batch * 32 * epsilon<Real>();
      for (std::int32_t e = 0; e < csr->edges(); e += 7) {
        values[e] += 1;
        REQUIRE(std::fabs(objective() - start - gradient[e]) <= tolerance);
        values[e] -= 1;
      }
      for (std::int32_t r = 0; r < 15; ++r) {
        bias[r] += 1;
        REQUIRE(std::fabs(objective() - start - row_sums[r]) <= tolerance);
        bias[r] -= 1;
      }
    }
  });
}

TEST_CASE("sddmm and row_sum give the same bits for any number of threads") {
  const auto csr = std::make_shared<const Csr>(random_csr(500, 400, 0.1, 2));
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto device = backend.upload(csr);
    for (const std::int32_t batch : {1, 33, 100}) {
      const Panel x = make_panel<Real>(backend, random_matrix(500, batch, 2));
      const Panel dy = make_panel<Real>(backend, random_matrix(400, batch, 3));
      require_same_bits([&] {
        const auto out = backend.allocate(static_cast<std::size_t>(csr->edges()) * sizeof(Real));
        backend.sddmm(*device, x, dy, *out);
        return bytes_of(backend, *out);
      });
      require_same_bits([&] {
        const auto out = backend.allocate(500 * sizeof(Real));
        backend.row_sum(x, 0, *out);
        return bytes_of(backend, *out);
      });
    }
  });
}

// A value whose edge is summed alone has the bits of one that is summed in a group of four.
TEST_CASE("sddmm of an edge does not depend on its neighbours") {
  const Matrix x = random_matrix(9, 100, 1), dy = random_matrix(1, 100, 2);
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto together = run_sddmm<Real>(
        backend, std::make_shared<const Csr>(make_csr(9, {0, 9}, {0, 1, 2, 3, 4, 5, 6, 7, 8})), x,
        dy);
    for (std::int32_t s = 0; s < 9; ++s) {
      const auto alone =
          run_sddmm<Real>(backend, std::make_shared<const Csr>(make_csr(9, {0, 1}, {s})), x, dy);
      REQUIRE(alone[0] == together[s]);
    }
  });
}

TEST_CASE("sddmm and row_sum of an empty batch are zero, and misfits are refused") {
  const auto backend = test_backend();
  const auto device = backend->upload(std::make_shared<const Csr>(random_csr(6, 4, 1.0, 1)));
  Panel x(*backend, DType::f32, 6, 8), dy(*backend, DType::f32, 4, 8),
      tall(*backend, DType::f32, 5, 8);
  Panel other_batch(*backend, DType::f32, 4, 7), wide(*open_backend("cpu"), DType::f64, 4, 8);
  auto out = make_buffer<float>(*backend, std::vector<double>(24, 9));
  const auto few = backend->allocate(23 * 4);
  REQUIRE_THROWS_AS(backend->sddmm(*device, x, dy, *few), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->sddmm(*device, x, tall, *out), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->sddmm(*device, dy, dy, *out), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->sddmm(*device, x, other_batch, *out), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->sddmm(*device, x, wide, *out), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->row_sum(x, 0, *backend->allocate(5 * 4)), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->row_sum(x, 7, *out), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->row_sum(x, -1, *out), std::invalid_argument);
  x.set_batch(0);
  dy.set_batch(0);
  backend->sddmm(*device, x, dy, *out);
  backend->row_sum(dy, 4, *out);
  REQUIRE(read_buffer<float>(*backend, *out) == std::vector<double>(24, 0));
  auto kept = make_buffer<float>(*backend, {5, 5, 5, 5});
  backend->row_sum(dy, 1, *kept);
  REQUIRE(read_buffer<float>(*backend, *kept) == std::vector<double>{5, 0, 0, 0});
}

}  // namespace
}  // namespace sparsegrow
