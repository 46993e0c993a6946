// spmm_* and spmm_t_*: rows of one level of a graph.
#include "kernel_cases.h"
#include "metal/kernels/arguments.h"

namespace sparsegrow::test {
namespace {

using namespace reference;

std::int32_t longest(const Pattern& pattern) {
  std::int32_t most = 0;
  for (std::int32_t r = 0; r < pattern.rows(); ++r) {
    most = std::max(most, pattern.row_begin[static_cast<std::size_t>(r) + 1] -
                              pattern.row_begin[static_cast<std::size_t>(r)]);
  }
  return most;
}

// One product and one sum for each edge, the bias, and the tree of partial sums.
double rounding(const Pattern& pattern) { return (longest(pattern) + 8) * kEpsilon; }

// Rows of a level in the plan: where they begin, where the long ones do, and where they end.
struct Rows {
  std::int32_t first, vector, last;
};

Rows rows_of(const RowPlan& plan, std::int32_t level) {
  const auto l = static_cast<std::size_t>(level);
  return {plan.level_begin[l], plan.vector_begin[l], plan.level_begin[l + 1]};
}

struct Spmm {
  const Csr& csr;
  std::int32_t level, batch;
  bool has_bias, adds;
  std::vector<double> values = random_values(csr.edges(), 1);
  std::vector<double> bias = random_values(csr.targets(), 2);
  Matrix x = random_matrix(csr.sources(), batch, 3), y = random_matrix(csr.targets(), batch, 4);

  // From magnitudes it gives the size of each sum.
  Matrix expected(bool size) const {
    const Matrix start = size ? magnitudes(y) : y;
    Matrix out = start;
    const auto v = size ? magnitudes(values) : values;
    const auto b = size ? magnitudes(bias) : bias;
    reference::spmm(csr, level, v, has_bias && !adds ? b : std::vector<double>(),
                    size ? magnitudes(x) : x, out);
    for (const std::int32_t r : csr.target_plan.level_rows(level)) {
      for (std::int32_t s = 0; adds && s < batch; ++s) {
        out.at(r, s) += start.at(r, s);
      }
    }
    return out;
  }

  void run(Floats& out) const {
    const Floats v = floats(values), b = floats(bias), in = panel_of(x, 7);
    const auto arguments = [&](std::int32_t first, std::int32_t last) {
      return SpmmArguments{{x.rows, batch}, {y.rows, batch}, first, last - first, has_bias, adds};
    };
    const auto filled = [&](KernelLaunch launch, std::int32_t first, std::int32_t last) {
      launch.arg(csr.by_target.row_begin).arg(csr.by_target.column).arg(csr.target_plan.rows);
      launch.arg(v).arg(b).arg(in).arg(out).params(arguments(first, last));
      return launch;
    };
    const Rows rows = rows_of(csr.target_plan, level);
    if (batch != 1) {
      filled(KERNEL(spmm_tile_f32), rows.first, rows.last)
          .over_lanes(rows.last - rows.first, batch);
      return;
    }
    filled(KERNEL(spmm_scalar_f32), rows.first, rows.vector).over(rows.vector - rows.first);
    filled(KERNEL(spmm_vector_f32), rows.vector, rows.last).over_groups(rows.last - rows.vector);
  }
};

void check(const Spmm& call) {
  Floats out = panel_of(call.y, 9);
  call.run(out);
  const Matrix size = call.expected(true);
  require_close(matrix_of(out, call.y.rows, call.batch).data, call.expected(false).data, size.data,
                rounding(call.csr.by_target));
}

TEST_CASE("spmm kernels agree with the oracle") {
  for (const CsrCase& graph : graphs()) {
    for (const std::int32_t batch : batches()) {
      INFO(graph.name << ", batch " << batch);
      if (batch > graph.largest_batch) continue;
      const std::int32_t level = graph.csr->target_plan.levels() - 1;
      for (const bool bias : {true, false}) check({*graph.csr, level, batch, bias, false});
      check({*graph.csr, level, batch, true, true});
    }
  }
}

void run_spmm_t(const Csr& csr, std::int32_t level, const Floats& values, const Floats& dy,
                std::int32_t batch, Floats& dx) {
  const auto filled = [&](KernelLaunch launch, std::int32_t first, std::int32_t last) {
    launch.arg(csr.by_source.row_begin).arg(csr.by_source.column).arg(csr.source_plan.rows);
    launch.arg(csr.position).arg(values).arg(dy).arg(dx);
    launch.params(
        SpmmArguments{{csr.targets(), batch}, {csr.sources(), batch}, first, last - first, 0, 0});
    return launch;
  };
  const Rows rows = rows_of(csr.source_plan, level);
  if (batch != 1) {
    filled(KERNEL(spmm_t_tile_f32), rows.first, rows.last)
        .over_lanes(rows.last - rows.first, batch);
    return;
  }
  filled(KERNEL(spmm_t_scalar_f32), rows.first, rows.vector).over(rows.vector - rows.first);
  filled(KERNEL(spmm_t_vector_f32), rows.vector, rows.last).over_groups(rows.last - rows.vector);
}

void check_spmm_t(const Csr& csr, std::int32_t batch) {
  const auto values = random_values(csr.edges(), 1);
  const Matrix dy = random_matrix(csr.targets(), batch, 3);
  Matrix expected(csr.sources(), batch, 99), size(csr.sources(), batch, 99);
  reference::spmm_t(csr, 0, values, dy, expected);
  reference::spmm_t(csr, 0, magnitudes(values), magnitudes(dy), size);
  Floats dx = panel_of(Matrix(csr.sources(), batch, 99));
  run_spmm_t(csr, 0, floats(values), panel_of(dy), batch, dx);
  require_close(matrix_of(dx, csr.sources(), batch).data, expected.data, size.data,
                rounding(csr.by_source));
  REQUIRE(dx == with_padding(dx, csr.sources(), batch, 0));
}

TEST_CASE("spmm_t kernels agree with the oracle") {
  for (const CsrCase& graph : graphs()) {
    for (const std::int32_t batch : batches()) {
      INFO(graph.name << ", batch " << batch);
      if (batch <= graph.largest_batch) check_spmm_t(*graph.csr, batch);
    }
  }
}

}  // namespace
}  // namespace sparsegrow::test
