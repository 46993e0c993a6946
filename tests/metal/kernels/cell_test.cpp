// cell_tile and cell_grad_tile: memory cells over streams and steps.
#include "kernel_cases.h"
#include "metal/kernels/cell_arguments.h"
#include "reference/one_hot.h"
#include "reference/slope.h"

namespace sparsegrow::test {
namespace {

using namespace reference;

constexpr std::int32_t kRows = 7, kCells = 3;
const Ints kCellRows = {1, 4, 6};
const Ints kPlaces = {2, 0, 1};

struct Shape {
  std::int32_t streams, steps;
};

struct Case {
  Shape shape;
  std::vector<double> parameters, before;
  Matrix z;
  explicit Case(Shape s)
      : shape(s),
        parameters(random_values(kCellParameters * kRows, 31)),
        before(random_values(2 * s.streams * kRows, 32)),
        z(random_matrix(kRows, s.streams * s.steps, 33)) {}

  std::size_t memory(int kind, std::int32_t stream, std::int32_t row) const {
    return static_cast<std::size_t>((kind * shape.streams + stream) * kRows + row);
  }
  CellArguments arguments() const { return {{kRows, z.batch}, kCells, kCells, shape.streams}; }
};

struct Result {
  Matrix z;
  std::vector<double> after;
};

Result run_oracle(const Case& c) {
  Result out{c.z, std::vector<double>(c.before.size(), 99)};
  for (const std::int32_t row : kCellRows) {
    std::vector<double> p;
    for (int k = 0; k < kCellParameters; ++k) {
      p.push_back(c.parameters[static_cast<std::size_t>(k * kRows + row)]);
    }
    for (std::int32_t s = 0; s < c.shape.streams; ++s) {
      std::vector<double> z;
      for (std::int32_t t = 0; t < c.shape.steps; ++t)
        z.push_back(c.z.at(row, t * c.shape.streams + s));
      double state = c.before[c.memory(0, s, row)], h = c.before[c.memory(1, s, row)];
      cell(p, z, state, h);
      for (std::int32_t t = 0; t < c.shape.steps; ++t) {
        out.z.at(row, t * c.shape.streams + s) = z[static_cast<std::size_t>(t)];
      }
      out.after[c.memory(0, s, row)] = state;
      out.after[c.memory(1, s, row)] = h;
    }
  }
  return out;
}

struct Run {
  Floats parameters, before, after, z, tape;
  explicit Run(const Case& c)
      : parameters(floats(c.parameters)),
        before(floats(c.before)),
        after(c.before.size(), 99),
        z(panel_of(c.z, 3)),
        tape(panel_of(Matrix(kCellTape * kCells, c.z.batch))) {
    KernelLaunch launch = KERNEL(cell_tile_f32);
    launch.arg(kCellRows).arg(kPlaces).arg(parameters).arg(before).arg(after).arg(z).arg(tape);
    launch.params(c.arguments()).over(kCells * c.shape.streams);
  }
};

std::vector<Shape> shapes() {
  if (software_gpu::under_thread_sanitizer()) return {{8, 2}, {40, 1}};
  return {{1, 1}, {8, 1}, {8, 5}, {24, 3}, {32, 4}, {40, 2}};
}

TEST_CASE("cell agrees with the oracle") {
  for (const Shape shape : shapes()) {
    INFO(shape.streams << " streams, " << shape.steps << " steps");
    const Case c(shape);
    const Run run(c);
    const Result expected = run_oracle(c);
    // Errors pass from step to step, damped by the gates: a few units per step and function.
    const double bound = 120 * shape.steps * kEpsilon;
    require_close(matrix_of(run.z, kRows, c.z.batch).data, expected.z.data, bound);
    require_close(doubles(run.after), expected.after, bound);
  }
}

// The sum of z' times fixed numbers, by the oracle: what finite differences are taken of.
double weighted(const Case& c, const Matrix& d) {
  const Result result = run_oracle(c);
  double sum = 0;
  for (std::size_t i = 0; i < d.data.size(); ++i) sum += result.z.data[i] * d.data[i];
  return sum;
}

// Its slope in one of the numbers of c.
double slope_of(const Case& c, const Matrix& d, double& number) {
  return slope_in(number, 1e-5, [&] { return weighted(c, d); });
}

void check_gradient(Case& c) {
  const Matrix d = random_matrix(kRows, c.z.batch, 35);
  const Run run(c);
  Floats dz = panel_of(d), dparameters(c.parameters.size(), 99);
  KernelLaunch launch = KERNEL(cell_grad_tile_f32);
  launch.arg(kCellRows).arg(kPlaces).arg(run.parameters).arg(run.before).arg(run.tape).arg(dz);
  launch.arg(dparameters).params(c.arguments()).over_groups(kCells);
  const Matrix got = matrix_of(dz, kRows, c.z.batch);
  const double bound = 100 * kEpsilon * c.z.batch;  // float, and 1e-10 of the differences
  for (const std::int32_t row : kCellRows) {
    for (int k = 0; k < kCellParameters; ++k) {
      const auto at = static_cast<std::size_t>(k * kRows + row);
      INFO("row " << row << ", parameter " << k);
      const double wanted = slope_of(c, d, c.parameters[at]);
      REQUIRE(std::fabs(static_cast<double>(dparameters[at]) - wanted) < bound);
    }
    for (std::int32_t b = 0; b < c.z.batch; b += 7) {
      REQUIRE(std::fabs(got.at(row, b) - slope_of(c, d, c.z.at(row, b))) < bound);
    }
  }
  for (std::int32_t b = 0; b < c.z.batch; ++b) REQUIRE(got.at(0, b) == d.at(0, b));
  REQUIRE(dparameters[0] == 99);
}

TEST_CASE("cell_grad agrees with finite differences of the oracle") {
  for (const Shape shape : shapes()) {
    INFO(shape.streams << " streams, " << shape.steps << " steps");
    Case c(shape);
    check_gradient(c);
  }
}

}  // namespace
}  // namespace sparsegrow::test
