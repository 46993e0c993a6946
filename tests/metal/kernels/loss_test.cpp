// softmax_xent_tile and mse_tile: rows [first, first + n) of a taller panel.
#include "kernel_cases.h"
#include "metal/kernels/arguments.h"

namespace sparsegrow::test {
namespace {

using namespace reference;

constexpr std::int32_t kFirst = 3;

Matrix taller(const Matrix& inside) {
  Matrix all(inside.rows + 5, inside.batch, 9);
  std::copy(inside.data.begin(), inside.data.end(), all.data.begin() + kFirst * inside.batch);
  return all;
}

Ints random_labels(std::int32_t batch, std::int32_t classes) {
  Rng rng(3, 1);
  Ints labels;
  for (std::int32_t b = 0; b < batch; ++b) {
    labels.push_back(static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(classes))));
  }
  return labels;
}

// d around the rows is 9 as before; in the rows, padding is zero.
void require_gradient(const Floats& d, const Matrix& expected, double bound) {
  const Matrix all = taller(expected);
  require_close(matrix_of(d, all.rows, all.batch).data, all.data, bound);
  const PanelShape shape = {all.rows, all.batch};
  for (std::int32_t t = 0; t < tile_count(all.batch); ++t) {
    for (std::int32_t r = kFirst; r < kFirst + expected.rows; ++r) {
      for (std::int32_t lane = all.batch - t * kTileWidth; lane < tile_width(all.batch, t);
           ++lane) {
        REQUIRE(d[static_cast<std::size_t>(tile_offset(shape, t, r) + lane)] == 0);
      }
    }
  }
}

void check_softmax(std::int32_t classes, std::int32_t batch, bool in_place) {
  Matrix z = random_matrix(classes, batch, 1);
  for (double& v : z.data) v *= 8;
  const Ints labels = random_labels(batch, classes);
  const LossResult expected = softmax_xent(z, labels);
  const Matrix all = taller(z);
  Floats in = panel_of(all, 9), apart = panel_of(Matrix(all.rows, batch, 9), 9);
  Floats& d = in_place ? in : apart;
  Floats losses(labels.size(), 99);
  Ints correct(labels.size(), 99);
  const PanelShape shape = {all.rows, batch};
  KernelLaunch launch = KERNEL(softmax_xent_tile_f32);
  launch.arg(in).arg(labels).arg(d).arg(losses).arg(correct);
  launch.params(SoftmaxArguments{shape, shape, kFirst, classes, static_cast<float>(1.0 / batch)});
  launch.over_lanes(1, batch);
  const double bound = (classes + 40) * kEpsilon;
  require_gradient(d, expected.d, bound);
  require_close(doubles(losses), expected.losses, 17 * bound);
  REQUIRE(correct == expected.correct);
}

TEST_CASE("softmax_xent agrees with the oracle") {
  for (const std::int32_t classes : {1, 2, 10, 98}) {
    for (const std::int32_t batch : batches()) {
      INFO(classes << " classes, batch " << batch);
      check_softmax(classes, batch, false);
      check_softmax(classes, batch, true);
    }
  }
}

TEST_CASE("softmax_xent does not overflow and gives ties to the lowest class") {
  Matrix z(3, 3);
  z.at(0, 0) = 1e30;
  z.at(0, 1) = z.at(1, 1) = z.at(2, 1) = -1e30;
  z.at(1, 2) = z.at(2, 2) = 5;
  const Floats in = panel_of(z);
  const Ints labels = {0, 0, 2};
  Floats d(in.size()), losses(3);
  Ints correct(3);
  KernelLaunch launch = KERNEL(softmax_xent_tile_f32);
  launch.arg(in).arg(labels).arg(d).arg(losses).arg(correct);
  launch.params(SoftmaxArguments{{3, 3}, {3, 3}, 0, 3, 1.0f / 3}).over_lanes(1, 3);
  REQUIRE(losses[0] == 0);
  REQUIRE(std::fabs(static_cast<double>(losses[1]) - std::log(3.0)) < 4 * kEpsilon);
  REQUIRE(correct == Ints{1, 1, 0});
}

TEST_CASE("mse agrees with the oracle") {
  for (const std::int32_t outputs : {1, 3, 40}) {
    for (const std::int32_t batch : batches()) {
      INFO(outputs << " outputs, batch " << batch);
      const Matrix a = random_matrix(outputs, batch, 1), targets = random_matrix(outputs, batch, 2);
      const LossResult expected = mse(a, targets);
      const Matrix all = taller(a);
      const Floats in = panel_of(all, 9), wanted = panel_of(targets, 5);
      Floats d = panel_of(Matrix(all.rows, batch, 9), 9), losses(expected.losses.size(), 99);
      const PanelShape shape = {all.rows, batch};
      const double count = outputs;
      KERNEL(mse_tile_f32)
          .arg(in)
          .arg(wanted)
          .arg(d)
          .arg(losses)
          .params(MseArguments{shape,
                               {outputs, batch},
                               shape,
                               kFirst,
                               outputs,
                               static_cast<float>(1 / count),
                               static_cast<float>(2 / (count * batch))})
          .over_lanes(1, batch);
      require_gradient(d, expected.d, 8 * kEpsilon);
      require_close(doubles(losses), expected.losses, 4.0 * (outputs + 8) * kEpsilon);
    }
  }
}

}  // namespace
}  // namespace sparsegrow::test
