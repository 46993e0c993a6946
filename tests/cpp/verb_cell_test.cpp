// Memory cells, gates and adagrad.
#include "errors.h"
#include "reference/one_hot.h"
#include "reference/slope.h"
#include "verb_support.h"

namespace sparsegrow {
namespace {

using namespace reference;
using test::error_of;

constexpr std::int32_t kRows = 7;
const std::vector<std::int32_t> kCellRows = {1, 4, 6};
const std::vector<std::int32_t> kPlaces = {2, 0, 1};

struct Shape {
  std::int32_t streams, steps;
};
const std::vector<Shape> kShapes = {{1, 1}, {8, 1}, {8, 5}, {24, 1}, {24, 3}, {32, 4}};

// All that a call takes, in double.
struct Case {
  Shape shape;
  std::vector<double> parameters, before;
  Matrix z;
  explicit Case(Shape s)
      : shape(s),
        parameters(random_values(kCellParameters * kRows, 31)),
        before(random_values(2 * s.streams * kRows, 32)),
        z(random_matrix(kRows, s.streams * s.steps, 33)) {}

  double& memory(std::vector<double>& m, int kind, std::int32_t stream, std::int32_t row) const {
    return m[static_cast<std::size_t>((kind * shape.streams + stream) * kRows + row)];
  }
};

// z' and the memory after, by the oracle.
struct Expected {
  Matrix z;
  std::vector<double> after;
};

Expected run_oracle(Case c) {
  Expected out{c.z, std::vector<double>(c.before.size(), 0)};
  for (const std::int32_t row : kCellRows) {
    std::vector<double> p;
    for (int k = 0; k < kCellParameters; ++k)
      p.push_back(c.parameters[static_cast<std::size_t>(k * kRows + row)]);
    for (std::int32_t s = 0; s < c.shape.streams; ++s) {
      std::vector<double> z;
      for (std::int32_t t = 0; t < c.shape.steps; ++t)
        z.push_back(c.z.at(row, t * c.shape.streams + s));
      double cell_state = c.memory(c.before, 0, s, row), h = c.memory(c.before, 1, s, row);
      cell(p, z, cell_state, h);
      for (std::int32_t t = 0; t < c.shape.steps; ++t)
        out.z.at(row, t * c.shape.streams + s) = z[static_cast<std::size_t>(t)];
      c.memory(out.after, 0, s, row) = cell_state;
      c.memory(out.after, 1, s, row) = h;
    }
  }
  return out;
}

template <class Real>
struct Run {
  Panel z, tape;
  std::unique_ptr<Buffer> parameters, before, after, dparameters;
  CellRows cells;
  Run(Backend& b, const Case& c)
      : z(make_panel<Real>(b, c.z, 3.0)),
        tape(b, dtype_of<Real>(), kCellTape * 3, c.z.batch),
        parameters(make_buffer<Real>(b, c.parameters)),
        before(make_buffer<Real>(b, c.before)),
        after(make_buffer<Real>(b, std::vector<double>(c.before.size(), 0))),
        dparameters(make_buffer<Real>(b, std::vector<double>(c.parameters.size(), 0))),
        cells{kCellRows, kPlaces, c.shape.streams} {
    b.cell(cells, *parameters, *before, *after, z, tape);
  }
};

TEST_CASE("cell agrees with the oracle") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const Shape shape : kShapes) {
      INFO(shape.streams << " streams, " << shape.steps << " steps");
      const Case c(shape);
      const Run<Real> run(backend, c);
      const Expected expected = run_oracle(c);
      // Errors pass from step to step, damped by the gates: a few units per step and function.
      const double tolerance = (40 + 10 * math_tolerance(backend)) * shape.steps * epsilon<Real>();
      const std::vector<double> ones(expected.z.data.size(), 1.0), few(c.before.size(), 1.0);
      require_close(read_panel<Real>(backend, run.z).data, expected.z.data, ones, tolerance);
      require_close(read_buffer<Real>(backend, *run.after), expected.after, few, tolerance);
    }
  });
}

// The sum of z' times fixed numbers, by the oracle: what finite differences are taken of.
double weighted(const Case& c, const Matrix& d) { return dot(run_oracle(c).z.data, d.data); }

// Its slope in one of the numbers of c.
double slope_of(const Case& c, const Matrix& d, double& number) {
  return slope_in(number, 1e-5, [&] { return weighted(c, d); });
}

TEST_CASE("cell_grad agrees with finite differences") {
  for_each_backend_of<double>([](Backend& backend, double) {
    for (const Shape shape : kShapes) {
      INFO(shape.streams << " streams, " << shape.steps << " steps");
      Case c(shape);
      const Matrix d = random_matrix(kRows, c.z.batch, 35);
      Run<double> run(backend, c);
      Panel dz = make_panel<double>(backend, d);
      backend.cell_grad(run.cells, *run.parameters, *run.before, run.tape, dz, *run.dparameters);
      const auto got_p = read_buffer<double>(backend, *run.dparameters);
      const Matrix got_z = read_panel<double>(backend, dz);
      const double tolerance = 1e-7 * c.z.batch;
      for (const std::int32_t row : kCellRows) {
        for (int k = 0; k < kCellParameters; ++k) {
          const auto at = static_cast<std::size_t>(k * kRows + row);
          INFO("parameter " << k);
          REQUIRE(std::fabs(got_p[at] - slope_of(c, d, c.parameters[at])) < tolerance);
        }
        for (std::int32_t b = 0; b < c.z.batch; b += 3) {
          REQUIRE(std::fabs(got_z.at(row, b) - slope_of(c, d, c.z.at(row, b))) < tolerance);
        }
      }
      for (std::int32_t b = 0; b < c.z.batch; ++b) REQUIRE(got_z.at(0, b) == d.at(0, b));
    }
  });
}

TEST_CASE("cell_grad of the parameters agrees with finite differences in either dtype") {
  Case c({32, 4});
  const Matrix d = random_matrix(kRows, c.z.batch, 35);
  std::vector<double> expected(c.parameters.size(), 0);
  for (const std::int32_t row : kCellRows) {
    for (int k = 0; k < kCellParameters; ++k) {
      const auto at = static_cast<std::size_t>(k * kRows + row);
      expected[at] = slope_of(c, d, c.parameters[at]);
    }
  }
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    Run<Real> run(backend, c);
    Panel dz = make_panel<Real>(backend, d);
    backend.cell_grad(run.cells, *run.parameters, *run.before, run.tape, dz, *run.dparameters);
    const std::vector<double> size(expected.size(), c.z.batch);
    require_close(read_buffer<Real>(backend, *run.dparameters), expected, size,
                  1e-7 + (40 + 10 * math_tolerance(backend)) * epsilon<Real>());
  });
}

TEST_CASE("a cell that adds nothing leaves its neuron as it was") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    Case c({8, 5});
    for (std::int32_t row = 0; row < kRows; ++row)
      c.parameters[static_cast<std::size_t>(12 * kRows + row)] = 0;
    const Run<Real> run(backend, c);
    REQUIRE((read_panel<Real>(backend, run.z).data == c.z.data));
  });
}

TEST_CASE("cells keep their bits for any number of threads, and say what is wrong") {
  const auto backend = test_backend();
  const Case c({24, 3});
  require_same_bits([&] { return bytes_of(*backend, Run<float>(*backend, c).z); });
  Run<float> run(*backend, c);
  run.cells.streams = 7;
  REQUIRE(error_of([&] {
            backend->cell(run.cells, *run.parameters, *run.before, *run.after, run.z, run.tape);
          }) ==
          "invalid_argument: [Backend.cell] got 7 streams, expected a divisor of the batch 72");
  run.cells.streams = 12;
  REQUIRE(
      error_of([&] {
        backend->cell(run.cells, *run.parameters, *run.before, *run.after, run.z, run.tape);
      }) ==
      "invalid_argument: [Backend.cell] got 12 streams, expected a multiple of 8, or 1 with one "
      "step");
}

TEST_CASE("gate multiplies, and gate_grad hands the gradient to both factors") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int64_t count : {0, 1, 9, 40001}) {
      const auto w = random_values(count, 1), g = random_values(count, 2),
                 d = random_values(count, 3);
      const auto weight = make_buffer<Real>(backend, w), gate = make_buffer<Real>(backend, g),
                 dproduct = make_buffer<Real>(backend, d);
      auto product = make_buffer<Real>(backend, w), dw = make_buffer<Real>(backend, w),
           dgate = make_buffer<Real>(backend, w);
      backend.gate(dtype_of<Real>(), count, *weight, *gate, *product);
      backend.gate_grad(dtype_of<Real>(), count, *weight, *gate, *dproduct, *dw, *dgate);
      std::vector<double> expected[3];
      for (std::size_t e = 0; e < w.size(); ++e) {
        expected[0].push_back(w[e] * g[e]);
        expected[1].push_back(d[e] * g[e]);
        expected[2].push_back(d[e] * w[e]);
      }
      const std::vector<double> ones(w.size(), 1.0);
      require_close(read_buffer<Real>(backend, *product), expected[0], ones, epsilon<Real>());
      require_close(read_buffer<Real>(backend, *dw), expected[1], ones, epsilon<Real>());
      require_close(read_buffer<Real>(backend, *dgate), expected[2], ones, epsilon<Real>());
    }
  });
}

// A product moves with each factor in a straight line, so that differences are exact.
TEST_CASE("gate_grad is the derivative of gate") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    constexpr std::int64_t kCount = 50;
    const auto w = random_values(kCount, 1), g = random_values(kCount, 2),
               d = random_values(kCount, 3);
    const auto product = [&](double more_weight, double more_gate) {
      auto weight = w, gate = g;
      for (double& v : weight) v += more_weight;
      for (double& v : gate) v += more_gate;
      auto out = make_buffer<Real>(backend, w);
      backend.gate(dtype_of<Real>(), kCount, *make_buffer<Real>(backend, weight),
                   *make_buffer<Real>(backend, gate), *out);
      return read_buffer<Real>(backend, *out);
    };
    auto dweight = make_buffer<Real>(backend, w), dgate = make_buffer<Real>(backend, w);
    backend.gate_grad(dtype_of<Real>(), kCount, *make_buffer<Real>(backend, w),
                      *make_buffer<Real>(backend, g), *make_buffer<Real>(backend, d), *dweight,
                      *dgate);
    const auto by_weight = read_buffer<Real>(backend, *dweight),
               by_gate = read_buffer<Real>(backend, *dgate);
    const auto right = product(1, 0), left = product(-1, 0), up = product(0, 1),
               down = product(0, -1);
    for (std::size_t e = 0; e < w.size(); ++e) {
      REQUIRE(std::fabs((right[e] - left[e]) / 2 * d[e] - by_weight[e]) < 4 * epsilon<Real>());
      REQUIRE(std::fabs((up[e] - down[e]) / 2 * d[e] - by_gate[e]) < 4 * epsilon<Real>());
    }
  });
}

// v = 0 + 4, w = 1 - 0.5 * 2 / (2 + 2); then v = 8, with epsilon 2 and rate 0.5.
TEST_CASE("two steps of adagrad by hand") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    OptimizerParams p{};
    p.kind = OptimizerKind::adagrad, p.rate = 0.5f, p.epsilon = 2.0f;
    auto w = make_buffer<Real>(backend, {1}), v = make_buffer<Real>(backend, {0});
    const auto g = make_buffer<Real>(backend, {2});
    backend.adam(p, dtype_of<Real>(), 1, *w, *g, nullptr, v.get());
    REQUIRE(read_buffer<Real>(backend, *w)[0] == 0.75);
    backend.adam(p, dtype_of<Real>(), 1, *w, *g, nullptr, v.get());
    const double expected = 0.75 - 0.5 * 2 / (std::sqrt(8.0) + 2);
    REQUIRE(std::fabs(read_buffer<Real>(backend, *w)[0] - expected) <= 2 * epsilon<Real>());
    REQUIRE(read_buffer<Real>(backend, *v)[0] == 8);
    REQUIRE(error_of([&] { backend.adam(p, dtype_of<Real>(), 1, *w, *g, nullptr, nullptr); }) ==
            "invalid_argument: [Backend.adam] got no v, expected one for adagrad");
  });
}

TEST_CASE("spmm adds to what its target holds") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto csr = std::make_shared<const Csr>(csr_of_degrees(90, {0, 1, 5, 31, 32, 70}, 3));
    const auto device = backend.upload(csr);
    for (const std::int32_t batch : {1, 9, 40}) {
      const Matrix x = random_matrix(csr->sources(), batch, 5);
      const Matrix start = random_matrix(csr->targets(), batch, 6);
      const auto values = random_values(csr->edges(), 7);
      Matrix expected(csr->targets(), batch), size(csr->targets(), batch, 70.0);
      reference::spmm(*csr, 0, values, {}, x, expected);
      for (std::size_t k = 0; k < expected.data.size(); ++k) expected.data[k] += start.data[k];
      Panel y = make_panel<Real>(backend, start);
      backend.spmm(*device, 0, *make_buffer<Real>(backend, values), nullptr,
                   make_panel<Real>(backend, x), y, SumFrom::target);
      require_close(read_panel<Real>(backend, y).data, expected.data, size.data,
                    2 * epsilon<Real>());
    }
  });
}

}  // namespace
}  // namespace sparsegrow
