// activate_tile, activate_grad_tile and dropout_tile: the rows of one level.
#include "kernel_cases.h"
#include "metal/kernels/arguments.h"
#include "sparsegrow/backend/dropout_mask.h"

namespace sparsegrow::test {
namespace {

using namespace reference;

constexpr std::int32_t kLevel = 1;

const Csr& three_levels() {
  static const Csr csr = layered_dag(3, 9, 2, 1);
  return csr;
}

// Four arrays of `rows` numbers, the left threshold below the right one.
std::vector<double> srelu_numbers(std::int32_t rows) {
  std::vector<double> all = random_values(4 * std::int64_t{rows}, 8);
  for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
    all[r] = all[r] / 2 - 0.75;
    all[2 * static_cast<std::size_t>(rows) + r] += 1.5;
  }
  return all;
}

struct Case {
  ActivationParams f;
  std::int32_t batch;
  std::int32_t rows = three_levels().targets();
  Matrix z = random_matrix(rows, batch, 1), d = random_matrix(rows, batch, 2);
  std::vector<double> srelu = srelu_numbers(rows);

  Case(ActivationParams function, std::int32_t samples) : f(function), batch(samples) {
    for (double& v : z.data) v *= 4;
  }
  std::size_t number(int parameter, std::int32_t row) const {
    return static_cast<std::size_t>(parameter * rows + row);
  }
  std::vector<double> numbers(std::int32_t row) const {
    std::vector<double> all;
    for (int k = 0; k < kSreluParameters; ++k) all.push_back(srelu[number(k, row)]);
    return all;
  }
  ActivateArguments arguments(bool of_output) const {
    const auto rows_of_level = three_levels().target_plan.level_rows(kLevel);
    const auto first = three_levels().target_plan.level_begin[kLevel];
    return {{rows, batch},
            first,
            static_cast<std::int32_t>(rows_of_level.size()),
            narrowed(f),
            of_output};
  }
  Span<const std::int32_t> level() const { return three_levels().target_plan.level_rows(kLevel); }
};

void check_forward(const Case& c) {
  Matrix expected(c.rows, c.batch, 99);
  for (const std::int32_t r : c.level()) {
    for (std::int32_t b = 0; b < c.batch; ++b) {
      expected.at(r, b) = activation(c.f, c.numbers(r).data(), c.z.at(r, b));
    }
  }
  const Floats numbers = floats(c.srelu), z = panel_of(c.z, 3);
  Floats a = panel_of(Matrix(c.rows, c.batch, 99));
  const ActivateArguments arguments = c.arguments(false);
  KernelLaunch launch = KERNEL(activate_tile_f32);
  launch.arg(three_levels().target_plan.rows).arg(numbers).arg(z).arg(a).params(arguments);
  launch.over_lanes(arguments.rows, c.batch);
  require_close(matrix_of(a, c.rows, c.batch).data, expected.data, 16 * kEpsilon);
}

// `z` is what the kernel is given: z or, with of_output, f(z).
void check_backward(const Case& c, const Matrix& given, bool of_output) {
  Matrix expected = c.d;
  std::vector<double> own(c.srelu.size(), 99);
  for (const std::int32_t r : c.level()) {
    const auto p = c.numbers(r);
    for (int k = 0; k < kSreluParameters; ++k) own[c.number(k, r)] = 0;
    for (std::int32_t b = 0; b < c.batch; ++b) {
      expected.at(r, b) *= activation_slope(c.f, p.data(), c.z.at(r, b));
      for (int k = 0; k < kSreluParameters; ++k) {
        own[c.number(k, r)] += c.d.at(r, b) * srelu_slope(k, p.data(), c.z.at(r, b));
      }
    }
  }
  const Floats numbers = floats(c.srelu), z = panel_of(given, 3);
  Floats d = panel_of(c.d), dnumbers(c.srelu.size(), 99);
  const ActivateArguments arguments = c.arguments(of_output);
  KernelLaunch launch = KERNEL(activate_grad_tile_f32);
  launch.arg(three_levels().target_plan.rows).arg(numbers).arg(z).arg(d).arg(dnumbers);
  launch.params(arguments).over_groups(arguments.rows);
  require_close(matrix_of(d, c.rows, c.batch).data, expected.data, 16 * kEpsilon);
  REQUIRE(d == with_padding(d, c.rows, c.batch, 0));
  if (c.f.kind == ActivationKind::srelu) {
    require_close(doubles(dnumbers), own, 8.0 * (c.batch + 4) * kEpsilon);
  } else {
    REQUIRE(dnumbers == Floats(c.srelu.size(), 99));
  }
}

TEST_CASE("activation kernels agree with the oracle, in one level only") {
  for (const ActivationParams f : std::vector<ActivationParams>{{ActivationKind::identity, 0},
                                                                {ActivationKind::relu, -0.6f},
                                                                {ActivationKind::tanh, 0},
                                                                {ActivationKind::sigmoid, 0},
                                                                {ActivationKind::srelu, 0}}) {
    for (const std::int32_t batch : batches()) {
      INFO("activation " << static_cast<int>(f.kind) << ", batch " << batch);
      const Case c(f, batch);
      check_forward(c);
      check_backward(c, c.z, false);
    }
  }
}

TEST_CASE("activate_grad takes the slope from f(z) too") {
  for (const auto kind : {ActivationKind::tanh, ActivationKind::sigmoid}) {
    const Case c({kind, 0}, 33);
    Matrix output = c.z;
    for (double& v : output.data) v = static_cast<float>(activation(c.f, nullptr, v));
    check_backward(c, output, true);
  }
}

TEST_CASE("dropout drops what the oracle drops, padding aside") {
  for (const std::int32_t batch : batches()) {
    INFO("batch " << batch);
    const Case c({ActivationKind::identity, 0}, batch);
    const DropoutParams drop = {0.25f, 7, 11};
    Matrix expected = c.z;
    for (const std::int32_t r : c.level()) {
      for (std::int32_t b = 0; b < batch; ++b) {
        const bool gone =
            dropped(drop, static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(b));
        expected.at(r, b) *= gone ? 0 : 4.0 / 3;
      }
    }
    Floats panel = panel_of(c.z);
    const ActivateArguments level = c.arguments(false);
    KERNEL(dropout_tile_f32)
        .arg(three_levels().target_plan.rows)
        .arg(panel)
        .params(DropoutArguments{{c.rows, batch},
                                 level.first,
                                 level.rows,
                                 dropout_call(drop.seed, drop.step),
                                 dropout_threshold(drop.rate),
                                 4.0f / 3.0f})
        .over_lanes(level.rows, batch);
    require_close(matrix_of(panel, c.rows, batch).data, expected.data, 16 * kEpsilon);
  }
}

}  // namespace
}  // namespace sparsegrow::test
