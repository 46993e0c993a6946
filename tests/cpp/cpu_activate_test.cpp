// activate and activate_grad on the CPU, and the accuracy of exp, tanh and sigmoid.
#include "cpu_support.h"

// The kernels' own functions, compiled once more with this test's flags.
#define SG_ISA isa_test
#include "cpu/kernels/math.h"

namespace sparsegrow {
namespace {

using namespace reference;

const std::vector<ActivationParams> kAll = {
    {ActivationKind::identity, 0}, {ActivationKind::relu, 0}, {ActivationKind::relu, 0.25f},
    {ActivationKind::relu, -0.6f}, {ActivationKind::tanh, 0}, {ActivationKind::sigmoid, 0},
    {ActivationKind::srelu, 0}};

// Nodes in three levels of 9 whose edges do not matter here.
std::shared_ptr<const Csr> three_levels() {
  return std::make_shared<const Csr>(layered_dag(3, 9, 2, 1));
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
  require_close(read_panel<Real>(out).data, a.data, size.data, 2 * epsilon<Real>());
  Panel back = make_panel<Real>(backend, d);
  backend.activate_grad(*device, 1, f, given, in, back, given ? own.get() : nullptr);
  require_close(read_panel<Real>(back).data, gradient.data, size.data, 2 * epsilon<Real>());
  REQUIRE(largest_padding<Real>(back) == 0);
  if (given)
    require_close(read_buffer<Real>(*own), own_expected, own_size, (batch + 4) * epsilon<Real>());
  Panel same = make_panel<Real>(backend, z);
  backend.activate(*device, 1, f, given, same, same);
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
  for (const auto& isa : supported_isas()) {
    const auto backend = make_cpu_backend(isa);
    const auto device = backend->upload(csr);
    for (const ActivationParams f : kAll) {
      INFO(isa << ", activation " << static_cast<int>(f.kind));
      const auto srelu = make_buffer<double>(*backend, srelu_numbers(rows));
      const Buffer* given = f.kind == ActivationKind::srelu ? srelu.get() : nullptr;
      const Matrix z = preactivations(rows, batch);
      Matrix above = z, below = z;
      for (double& v : above.data) v += h;
      for (double& v : below.data) v -= h;
      Panel high(*backend, DType::f64, rows, batch), low(*backend, DType::f64, rows, batch);
      backend->activate(*device, 2, f, given, make_panel<double>(*backend, above), high);
      backend->activate(*device, 2, f, given, make_panel<double>(*backend, below), low);
      Panel slope = make_panel<double>(*backend, Matrix(rows, batch, 1.0));
      const auto own = backend->allocate(srelu->bytes());
      backend->activate_grad(*device, 2, f, given, make_panel<double>(*backend, z), slope,
                             given ? own.get() : nullptr);
      const Matrix up = read_panel<double>(high), down = read_panel<double>(low);
      const Matrix got = read_panel<double>(slope);
      for (const std::int32_t r : csr->target_plan.level_rows(2)) {
        for (std::int32_t b = 0; b < batch; ++b) {
          REQUIRE(std::fabs((up.at(r, b) - down.at(r, b)) / (2 * h) - got.at(r, b)) < 1e-9);
        }
      }
    }
  }
}

// Sum of d * f over the batch, as SReLU's four numbers move.
TEST_CASE("SReLU's own gradient is a derivative") {
  const auto csr = three_levels();
  const std::int32_t rows = csr->targets(), batch = 40;
  const double h = 1e-5;
  const auto backend = make_cpu_backend();
  const auto device = backend->upload(csr);
  const ActivationParams f{ActivationKind::srelu, 0};
  const Matrix z = preactivations(rows, batch), d = random_matrix(rows, batch, 5);
  const auto numbers = srelu_numbers(rows);
  Panel back = make_panel<double>(*backend, d);
  const auto own = backend->allocate(numbers.size() * 8);
  const auto given = make_buffer<double>(*backend, numbers);
  backend->activate_grad(*device, 0, f, given.get(), make_panel<double>(*backend, z), back,
                         own.get());
  const auto objective = [&](std::size_t moved, double by) {
    auto changed = numbers;
    changed[moved] += by;
    Panel out(*backend, DType::f64, rows, batch);
    backend->activate(*device, 0, f, make_buffer<double>(*backend, changed).get(),
                      make_panel<double>(*backend, z), out);
    return dot(d.data, read_panel<double>(out).data);
  };
  for (const std::int32_t r : csr->target_plan.level_rows(0)) {
    for (std::int32_t j = 0; j < 4; ++j) {
      const auto at = static_cast<std::size_t>(j * rows + r);
      INFO("row " << r << ", number " << j);
      REQUIRE(std::fabs((objective(at, h) - objective(at, -h)) / (2 * h) - own->as<double>()[at]) <
              1e-8);
    }
  }
}

// Distance in units in the last place of the correctly rounded float. Results below the smallest
// normal float count as zero, since the engine flushes them.
double ulps(float got, double expected) {
  const double smallest = std::numeric_limits<float>::min();
  if (std::fabs(expected) < smallest) return std::fabs(got) <= smallest ? 0 : 1e9;
  if (static_cast<double>(std::numeric_limits<float>::max()) < std::fabs(expected))
    return std::isinf(got) || std::fabs(got) > 3.4e38f ? 0 : 1e9;
  int exponent = 0;
  std::frexp(expected, &exponent);
  return std::fabs(got - expected) / std::ldexp(1.0, exponent - 24);
}

// About a million floats spread over all bit patterns, and the ends.
std::vector<float> many_floats() {
  std::vector<float> all;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 4099) {
    const auto word = static_cast<std::uint32_t>(bits);
    float x;
    std::memcpy(&x, &word, sizeof(x));
    if (!std::isnan(x)) all.push_back(x);
  }
  for (const float end :
       {0.0f, 1e-45f, 1e-38f, 0.62499f, 0.625f, 8.9f, 9.1f, 44.4f, 87.33f, 87.34f, 88.72f, 88.73f,
        103.9f, 104.1f, 1e10f, 3.4e38f, std::numeric_limits<float>::infinity()}) {
    all.push_back(end);
    all.push_back(-end);
  }
  return all;
}

TEST_CASE("float exp, tanh and sigmoid are accurate over the full range") {
  using Scalar = cpu::isa_test::Math<float, 1>;
  double worst_exp = 0, worst_tanh = 0, worst_sigmoid = 0;
  for (const float x : many_floats()) {
    const double wide = x;
    worst_exp = std::max(worst_exp, ulps(Scalar::exp(x), std::exp(wide)));
    worst_tanh = std::max(worst_tanh, ulps(Scalar::tanh(x), std::tanh(wide)));
    worst_sigmoid = std::max(worst_sigmoid, ulps(Scalar::sigmoid(x), 1 / (1 + std::exp(-wide))));
  }
  REQUIRE(worst_exp <= 1.1);
  REQUIRE(worst_tanh <= 6.0);
  REQUIRE(worst_sigmoid <= 2.5);
  REQUIRE(std::isnan(Scalar::exp(std::nanf(""))));
  REQUIRE(std::isnan(Scalar::tanh(std::nanf(""))));
}

TEST_CASE("each instruction set has the same accuracy, and infinities saturate") {
  const std::vector<float> inputs = many_floats();
  const auto batch = static_cast<std::int32_t>(inputs.size());
  for (const auto& isa : supported_isas()) {
    const auto backend = make_cpu_backend(isa);
    const auto device = backend->upload(std::make_shared<const Csr>(make_csr(1, {0, 0}, {})));
    Panel z(*backend, DType::f32, 1, batch), a(*backend, DType::f32, 1, batch);
    for (std::int32_t b = 0; b < batch; ++b) z.as<float>()[b] = inputs[b];
    for (const ActivationKind kind : {ActivationKind::tanh, ActivationKind::sigmoid}) {
      backend->activate(*device, 0, {kind, 0}, nullptr, z, a);
      double worst = 0;
      for (std::int32_t b = 0; b < batch; ++b) {
        const double wide = inputs[b];
        const double expected =
            kind == ActivationKind::tanh ? std::tanh(wide) : 1 / (1 + std::exp(-wide));
        worst = std::max(worst, ulps(a.as<float>()[b], expected));
      }
      INFO(isa);
      REQUIRE(worst <= (kind == ActivationKind::tanh ? 6.0 : 2.5));
    }
  }
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
      auto bytes = bytes_of(d), more = bytes_of(*own);
      bytes.insert(bytes.end(), more.begin(), more.end());
      return bytes;
    });
    Panel nan = make_panel<Real>(backend, Matrix(900, 5, std::nan("")));
    for (const ActivationKind kind :
         {ActivationKind::relu, ActivationKind::tanh, ActivationKind::sigmoid}) {
      Panel a(backend, dtype_of<Real>(), 900, 5);
      backend.activate(*device, 0, {kind, 0.5f}, nullptr, nan, a);
      REQUIRE(std::isnan(a.as<Real>()[0]));
    }
  });
}

TEST_CASE("activate refuses what does not fit") {
  const auto backend = make_cpu_backend();
  const auto device = backend->upload(three_levels());
  Panel z(*backend, DType::f32, 27, 4), a(*backend, DType::f32, 27, 4),
      low(*backend, DType::f32, 26, 4);
  Panel narrow(*backend, DType::f32, 27, 3), wide(*backend, DType::f64, 27, 4);
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
