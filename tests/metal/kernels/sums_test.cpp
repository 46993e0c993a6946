// sddmm_*, row_sum_tile and level_stats_tile: sums over the batch.
#include "kernel_cases.h"
#include "metal/kernels/arguments.h"

namespace sparsegrow::test {
namespace {

using namespace reference;

double rounding(std::int32_t batch) { return (batch + 4) * kEpsilon; }

Ints edge_targets(const Csr& csr) {
  Ints targets;
  for (std::int32_t r = 0; r < csr.targets(); ++r) {
    const auto row = static_cast<std::size_t>(r);
    targets.resize(static_cast<std::size_t>(csr.by_target.row_begin[row + 1]), r);
  }
  return targets;
}

void check_sddmm(const Csr& csr, std::int32_t batch) {
  const Matrix x = random_matrix(csr.sources(), batch, 1);
  const Matrix dy = random_matrix(csr.targets(), batch, 2);
  const Floats in = panel_of(x, 7), gradient = panel_of(dy);
  const Ints targets = edge_targets(csr);
  Floats dvalues(static_cast<std::size_t>(csr.edges()), 99);
  KernelLaunch launch = batch == 1 ? KERNEL(sddmm_scalar_f32) : KERNEL(sddmm_tile_f32);
  launch.arg(csr.by_target.column).arg(targets).arg(in).arg(gradient).arg(dvalues);
  launch.params(SddmmArguments{{x.rows, batch}, {dy.rows, batch}, csr.edges()});
  if (batch == 1) {
    launch.over(csr.edges());
  } else {
    launch.over_groups((csr.edges() + kTileWidth - 1) / kTileWidth);
  }
  require_close(doubles(dvalues), sddmm(csr, x, dy), sddmm(csr, magnitudes(x), magnitudes(dy)),
                rounding(batch));
}

TEST_CASE("sddmm kernels agree with the oracle") {
  for (const CsrCase& graph : graphs()) {
    for (const std::int32_t batch : batches()) {
      INFO(graph.name << ", batch " << batch);
      if (batch <= graph.largest_batch && graph.csr->edges() < 3000) check_sddmm(*graph.csr, batch);
    }
  }
}

TEST_CASE("row_sum adds up the samples of the rows from the first on") {
  const std::int32_t rows = 21, first = 3;
  for (const std::int32_t batch : batches()) {
    INFO("batch " << batch);
    const Matrix m = random_matrix(rows, batch, 1);
    const Floats panel = panel_of(m, 5);
    Floats out(rows, 99);
    KERNEL(row_sum_tile_f32)
        .arg(panel)
        .arg(out)
        .params(RowSumArguments{{rows, batch}, first})
        .over_groups(rows - first);
    auto expected = row_sum(m), size = row_sum(magnitudes(m));
    for (std::size_t r = 0; r < first; ++r) expected[r] = 99;
    require_close(doubles(out), expected, size, rounding(batch));
  }
}

TEST_CASE("level_stats tells of each row what the oracle tells of it") {
  const Csr csr = layered_dag(3, 7, 2, 1);
  for (const std::int32_t batch : batches()) {
    INFO("batch " << batch);
    Matrix m = random_matrix(csr.targets(), batch, 1);
    m.at(9, 0) = 0;
    const Floats panel = panel_of(m, 1e9);
    std::vector<RowStats> stats(csr.target_plan.rows.size());
    KERNEL(level_stats_tile_f32)
        .arg(csr.target_plan.rows)
        .arg(panel)
        .arg(stats)
        .params(StatsArguments{{m.rows, batch}, csr.targets()})
        .over_groups(csr.targets());
    for (std::size_t i = 0; i < stats.size(); ++i) {
      double sum = 0, square = 0, largest = 0, zeros = 0;
      for (std::int32_t b = 0; b < batch; ++b) {
        const double v = m.at(csr.target_plan.rows[i], b);
        sum += v, square += v * v, largest = std::fmax(largest, std::fabs(v)), zeros += v == 0;
      }
      const RowStats& got = stats[i];
      require_close({got.sum, got.square}, {sum, square}, rounding(batch) * batch);
      REQUIRE(static_cast<double>(got.largest) == largest);
      REQUIRE(got.zeros == zeros);
    }
  }
}

}  // namespace
}  // namespace sparsegrow::test
