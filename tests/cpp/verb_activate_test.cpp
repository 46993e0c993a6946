// activate and activate_grad, and the accuracy of tanh and sigmoid.
#include "float_accuracy.h"
#include "reference/slope.h"
#include "sparsegrow/backend/registry.h"
#include "verb_support.h"

namespace sparsegrow {
namespace {

using namespace reference;
using test::many_floats;
using test::ulps;

const std::vector<ActivationParams> kAll = {
    {ActivationKind::identity, 0}, {ActivationKind::relu, 0}, {ActivationKind::relu, 0.25},
    {ActivationKind::relu, -0.6},  {ActivationKind::tanh, 0}, {ActivationKind::sigmoid, 0},
    {ActivationKind::srelu, 0}};

// Nodes in three levels of 9 whose edges do not matter here.
std::shared_ptr<const Csr> three_levels() {
  return std::make_shared<const Csr>(layered_dag(3, 9, 2, 1));
}

// Whether the slope of f can be had from f(z).
bool has_slope_of_output(ActivationParams f) {
  return f.kind == ActivationKind::tanh || f.kind == ActivationKind::sigmoid;
}

// Four arrays of `rows` numbers, the left threshold below the right one.
std::vector<double> srelu_numbers(std::int32_t rows) {
  std::vector<double> all = random_values(4 * static_cast<std::int64_t>(rows), 8);
  for (std::int32_t r = 0; r < rows; ++r) {
    all[r] = all[r] / 2 - 0.75;
    all[2 * rows + r] = all[2 * rows + r] / 2 + 0.75;
  }
  return all;
}

struct RowNumbers {
  double of[4];
};

RowNumbers numbers_of(const std::vector<double>& all, std::int32_t rows, std::int32_t row) {
  return {{all[row], all[rows + row], all[2 * rows + row], all[3 * rows + row]}};
}

Matrix preactivations(std::int32_t rows, std::int32_t batch) {
  Matrix z = random_matrix(rows, batch, 1);
  for (double& v : z.data) v *= 4;
  return z;
}

template <class Real>
void check(Backend& backend, ActivationParams f, std::int32_t batch) {
  const auto csr = three_levels();
  const auto device = backend.upload(csr);
  const std::int32_t rows = csr->targets();
  const Matrix z = preactivations(rows, batch), d = random_matrix(rows, batch, 2);
  const auto srelu = srelu_numbers(rows);
  const auto buffer = make_buffer<Real>(backend, srelu);
  const Buffer* given = f.kind == ActivationKind::srelu ? buffer.get() : nullptr;
  auto own = make_buffer<Real>(backend, std::vector<double>(srelu.size(), 99));
  Matrix a(rows, batch, 99), gradient = d;
  std::vector<double> own_expected(srelu.size(), 99), own_size(srelu.size(), 0);
  for (const std::int32_t r : csr->target_plan.level_rows(1)) {
    const RowNumbers p = numbers_of(srelu, rows, r);
    for (int j = 0; j < 4; ++j) own_expected[static_cast<std::size_t>(j * rows + r)] = 0;
    for (std::int32_t b = 0; b < batch; ++b) {
      a.at(r, b) = activation(f, p.of, z.at(r, b));
      gradient.at(r, b) *= activation_slope(f, p.of, z.at(r, b));
      for (int j = 0; j < 4; ++j) {
        const double term = d.at(r, b) * srelu_slope(j, p.of, z.at(r, b));
        own_expected[static_cast<std::size_t>(j * rows + r)] += term;
        own_size[static_cast<std::size_t>(j * rows + r)] += std::fabs(term) + 1;
      }
    }
  }
  const Panel in = make_panel<Real>(backend, z, 3.0);
  Panel out = make_panel<Real>(backend, Matrix(rows, batch, 99));
  backend.activate(*device, 1, f, given, in, out);
  // The functions are within a few units in the last place; 1 - tanh^2 loses up to that of 1.
  const Matrix size(rows, batch, 8.0);
  require_close(read_panel<Real>(backend, out).data, a.data, size.data, 2 * epsilon<Real>());
  Panel back = make_panel<Real>(backend, d);
  backend.activate_grad(*device, 1, f, given, in, back, given ? own.get() : nullptr);
  require_close(read_panel<Real>(backend, back).data, gradient.data, size.data,
                2 * epsilon<Real>());
  REQUIRE(largest_padding<Real>(backend, back) == 0);
  if (has_slope_of_output(f)) {
    Panel from_output = make_panel<Real>(backend, d);
    backend.activate_grad(*device, 1, f, nullptr, out, from_output, nullptr, SlopeOf::output);
    require_close(read_panel<Real>(backend, from_output).data, gradient.data, size.data,
                  2 * epsilon<Real>());
  }
  if (given)
    require_close(read_buffer<Real>(backend, *own), own_expected, own_size,
                  (batch + 4) * epsilon<Real>());
  Panel same = make_panel<Real>(backend, z);
  backend.activate(*device, 1, f, given, same, same);
  backend.finish();
  for (const std::int32_t r : csr->target_plan.level_rows(1)) {
    for (std::int32_t b = 0; b < batch; ++b) {
      REQUIRE(same.as<Real>()[panel_index(same, r, b)] == out.as<Real>()[panel_index(out, r, b)]);
    }
  }
}

TEST_CASE("activate and activate_grad agree with the oracle, in one level only") {
  for_each_backend([](Backend& backend, auto real) {
    for (const ActivationParams f : kAll) {
      for (const std::int32_t batch : case_batches()) {
        INFO("activation " << static_cast<int>(f.kind) << ", batch " << batch);
        check<decltype(real)>(backend, f, batch);
      }
    }
  });
}

// Central differences in double: relative error about h^2 = 1e-10, and cancellation eps / h =
// 2e-11.
TEST_CASE("activate_grad is the derivative of activate") {
  const auto csr = three_levels();
  const std::int32_t rows = csr->targets(), batch = 11;
  const double h = 1e-5;
  for_each_backend_of<double>([&](Backend& backend, double) {
    const auto device = backend.upload(csr);
    for (const ActivationParams f : kAll) {
      INFO("activation " << static_cast<int>(f.kind));
      const auto srelu = make_buffer<double>(backend, srelu_numbers(rows));
      const Buffer* given = f.kind == ActivationKind::srelu ? srelu.get() : nullptr;
      const Matrix z = preactivations(rows, batch);
      Matrix above = z, below = z;
      for (double& v : above.data) v += h;
      for (double& v : below.data) v -= h;
      Panel high(backend, DType::f64, rows, batch), low(backend, DType::f64, rows, batch);
      backend.activate(*device, 2, f, given, make_panel<double>(backend, above), high);
      backend.activate(*device, 2, f, given, make_panel<double>(backend, below), low);
      Panel slope = make_panel<double>(backend, Matrix(rows, batch, 1.0));
      const auto own = backend.allocate(srelu->bytes());
      backend.activate_grad(*device, 2, f, given, make_panel<double>(backend, z), slope,
                            given ? own.get() : nullptr);
      Panel from_output = make_panel<double>(backend, Matrix(rows, batch, 1.0));
      if (has_slope_of_output(f)) {
        Panel a(backend, DType::f64, rows, batch);
        backend.activate(*device, 2, f, nullptr, make_panel<double>(backend, z), a);
        backend.activate_grad(*device, 2, f, nullptr, a, from_output, nullptr, SlopeOf::output);
      }
      const Matrix up = read_panel<double>(backend, high), down = read_panel<double>(backend, low);
      const Matrix got = read_panel<double>(backend, slope),
                   also = read_panel<double>(backend, from_output);
      for (const std::int32_t r : csr->target_plan.level_rows(2)) {
        for (std::int32_t b = 0; b < batch; ++b) {
          const double difference = (up.at(r, b) - down.at(r, b)) / (2 * h);
          REQUIRE(std::fabs(difference - got.at(r, b)) < 1e-9);
          if (has_slope_of_output(f)) REQUIRE(std::fabs(difference - also.at(r, b)) < 1e-9);
        }
      }
    }
  });
}

// Sum of d * f over the batch, as SReLU's four numbers move.
TEST_CASE("SReLU's own gradient is a derivative") {
  const auto csr = three_levels();
  const std::int32_t rows = csr->targets(), batch = 40;
  for_each_backend_of<double>([&](Backend& backend, double) {
    const auto device = backend.upload(csr);
    const ActivationParams f{ActivationKind::srelu, 0};
    const Matrix z = preactivations(rows, batch), d = random_matrix(rows, batch, 5);
    auto numbers = srelu_numbers(rows);
    Panel back = make_panel<double>(backend, d);
    const auto own = backend.allocate(numbers.size() * 8);
    const auto given = make_buffer<double>(backend, numbers);
    backend.activate_grad(*device, 0, f, given.get(), make_panel<double>(backend, z), back,
                          own.get());
    const auto slopes = read_buffer<double>(backend, *own);
    const auto objective = [&] {
      Panel out(backend, DType::f64, rows, batch);
      backend.activate(*device, 0, f, make_buffer<double>(backend, numbers).get(),
                       make_panel<double>(backend, z), out);
      return dot(d.data, read_panel<double>(backend, out).data);
    };
    for (const std::int32_t r : csr->target_plan.level_rows(0)) {
      for (std::int32_t j = 0; j < 4; ++j) {
        const auto at = static_cast<std::size_t>(j * rows + r);
        INFO("row " << r << ", number " << j);
        REQUIRE(std::fabs(slope_in(numbers[at], 1e-5, objective) - slopes[at]) < 1e-8);
      }
    }
  });
}

TEST_CASE("tanh and sigmoid are accurate over the full range, and infinities saturate") {
  const std::vector<float> inputs = many_floats();
  const auto batch = static_cast<std::int32_t>(inputs.size());
  for_each_backend_of<float>([&](Backend& backend, float) {
    const auto device = backend.upload(std::make_shared<const Csr>(make_csr(1, {0, 0}, {})));
    Panel z(backend, DType::f32, 1, batch), a(backend, DType::f32, 1, batch);
    for (std::int32_t b = 0; b < batch; ++b) z.as<float>()[b] = inputs[b];
    for (const ActivationKind kind : {ActivationKind::tanh, ActivationKind::sigmoid}) {
      const bool tanh = kind == ActivationKind::tanh;
      backend.activate(*device, 0, {kind, 0}, nullptr, z, a);
      backend.finish();
      double worst = 0;
      for (std::int32_t b = 0; b < batch; ++b) {
        const double wide = inputs[b];
        const double expected = tanh ? std::tanh(wide) : 1 / (1 + std::exp(-wide));
        worst = std::max(worst, ulps(a.as<float>()[b], expected));
      }
      REQUIRE(worst <= (math_tolerance(backend) > 0 ? math_tolerance(backend) : tanh ? 6.0 : 2.5));
    }
  });
}

TEST_CASE("activate keeps its bits for any number of threads and passes NaN on") {
  const auto csr = std::make_shared<const Csr>(layered_dag(1, 900, 0, 1));
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto device = backend.upload(csr);
    const auto srelu = make_buffer<Real>(backend, srelu_numbers(900));
    const ActivationParams f{ActivationKind::srelu, 0};
    const Panel z = make_panel<Real>(backend, preactivations(900, 100));
    require_same_bits([&] {
      Panel d = make_panel<Real>(backend, random_matrix(900, 100, 3));
      const auto own = backend.allocate(srelu->bytes());
      backend.activate_grad(*device, 0, f, srelu.get(), z, d, own.get());
      auto bytes = bytes_of(backend, d), more = bytes_of(backend, *own);
      bytes.insert(bytes.end(), more.begin(), more.end());
      return bytes;
    });
    Panel nan = make_panel<Real>(backend, Matrix(900, 5, std::nan("")));
    for (const ActivationKind kind :
         {ActivationKind::relu, ActivationKind::tanh, ActivationKind::sigmoid}) {
      Panel a(backend, dtype_of<Real>(), 900, 5);
      backend.activate(*device, 0, {kind, 0.5f}, nullptr, nan, a);
      REQUIRE(std::isnan(read_panel<Real>(backend, a).data[0]));
    }
  });
}

TEST_CASE("activate refuses what does not fit") {
  const auto backend = test_backend();
  const auto device = backend->upload(three_levels());
  Panel z(*backend, DType::f32, 27, 4), a(*backend, DType::f32, 27, 4),
      low(*backend, DType::f32, 26, 4);
  Panel narrow(*backend, DType::f32, 27, 3), wide(*open_backend("cpu"), DType::f64, 27, 4);
  const auto numbers = backend->allocate(27 * 4 * 4), few = backend->allocate(27 * 4 * 4 - 4);
  const ActivationParams relu{ActivationKind::relu, 0}, srelu{ActivationKind::srelu, 0};
  REQUIRE_THROWS_AS(backend->activate(*device, 3, relu, nullptr, z, a), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->activate(*device, 0, relu, numbers.get(), z, a),
                    std::invalid_argument);
  REQUIRE_THROWS_AS(backend->activate(*device, 0, srelu, nullptr, z, a), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->activate(*device, 0, srelu, few.get(), z, a), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->activate(*device, 0, relu, nullptr, z, low), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->activate(*device, 0, relu, nullptr, z, narrow), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->activate(*device, 0, relu, nullptr, z, wide), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->activate_grad(*device, 0, srelu, numbers.get(), z, a, nullptr),
                    std::invalid_argument);
  REQUIRE_THROWS_AS(backend->activate_grad(*device, 0, srelu, numbers.get(), z, a, few.get()),
                    std::invalid_argument);
  const ActivationParams unknown{static_cast<ActivationKind>(9), 0};
  REQUIRE_THROWS_AS(backend->activate(*device, 0, unknown, nullptr, z, a), std::invalid_argument);
}

}  // namespace
}  // namespace sparsegrow
