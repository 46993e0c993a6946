// softmax_xent and mse.
#include "reference/slope.h"
#include "sparsegrow/backend/registry.h"
#include "verb_support.h"

namespace sparsegrow {
namespace {

using namespace reference;

std::vector<std::int32_t> random_labels(std::int32_t batch, std::int32_t classes) {
  Rng rng(3, 1);
  std::vector<std::int32_t> labels(static_cast<std::size_t>(batch));
  for (auto& label : labels) {
    label = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(classes)));
  }
  return labels;
}

// `inside` as rows [first, first + inside.rows) of a taller matrix of 9.
Matrix embed_rows(const Matrix& inside, std::int32_t first, std::int32_t rows) {
  Matrix all(rows, inside.batch, 9);
  std::copy(inside.data.begin(), inside.data.end(), all.data.begin() + first * inside.batch);
  return all;
}

Matrix rows_of(const Matrix& all, std::int32_t first, std::int32_t rows) {
  Matrix part(rows, all.batch);
  const auto begin = all.data.begin() + first * all.batch;
  part.data.assign(begin, begin + rows * all.batch);
  return part;
}

template <class Real>
LossResult run_softmax(Backend& backend, const Matrix& z, const std::vector<std::int32_t>& labels,
                       bool in_place = false) {
  const std::int32_t first = 3, rows = z.rows + 5;
  Panel in = make_panel<Real>(backend, embed_rows(z, first, rows), 9);
  Panel d = in_place ? in : make_panel<Real>(backend, Matrix(rows, z.batch, 9), 9);
  const auto losses = backend.allocate(labels.size() * sizeof(Real));
  const auto correct = backend.allocate(labels.size() * 4);
  backend.softmax_xent(in, first, z.rows, *make_exact_buffer(backend, labels), d, *losses,
                       *correct);
  const Matrix out = read_panel<Real>(backend, d);
  for (const std::int32_t r : {2, first + z.rows}) {  // the rows beside are left alone
    for (std::int32_t b = 0; b < z.batch && !in_place; ++b) REQUIRE(out.at(r, b) == 9);
  }
  for (std::int64_t i = 0; i < d.elements(); ++i) {  // 9 outside the rows, and nowhere inside
    const auto width = tile_width(z.batch, 0);
    if (z.batch >= kTileWidth || z.batch == 1) break;
    const std::int64_t row = i / width, lane = i % width;
    if (row >= first && row < first + z.rows && lane >= z.batch) REQUIRE(d.as<Real>()[i] == 0);
  }
  const auto* flags = correct->template as<std::int32_t>();
  return {rows_of(out, first, z.rows),
          read_buffer<Real>(backend, *losses),
          {flags, flags + labels.size()}};
}

TEST_CASE("softmax_xent agrees with the oracle") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t classes : {1, 2, 10, 98}) {
      for (const std::int32_t batch : case_batches()) {
        INFO(classes << " classes, batch " << batch);
        Matrix z = random_matrix(classes, batch, 1);
        for (double& v : z.data) v *= 8;
        const auto labels = random_labels(batch, classes);
        const auto expected = reference::softmax_xent(z, labels);
        for (const bool in_place : {false, true}) {
          const auto got = run_softmax<Real>(backend, z, labels, in_place);
          // exp is off by 2 ulp plus the rounding of its argument (at most 16), the sum by one per
          // class.
          const double rounding = (classes + 24 + math_tolerance(backend)) * epsilon<Real>();
          require_close(got.d.data, expected.d.data,
                        std::vector<double>(z.data.size(), 1.0 / batch), rounding);
          require_close(got.losses, expected.losses, std::vector<double>(labels.size(), 1 + 16.0),
                        rounding);
          REQUIRE((got.correct == expected.correct));
        }
      }
    }
  });
}

// Moving all logits of a sample by the same amount changes nothing, so the gradient of a sample
// sums to zero; and the gradient is the derivative of the mean loss.
TEST_CASE("the softmax gradient sums to zero and is a derivative") {
  const std::int32_t classes = 12, batch = 9;
  const auto labels = random_labels(batch, classes);
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    Matrix z = random_matrix(classes, batch, 1);
    const auto result = run_softmax<Real>(backend, z, labels);
    for (std::int32_t b = 0; b < batch; ++b) {
      double sum = 0;
      for (std::int32_t c = 0; c < classes; ++c) sum += result.d.at(c, b);
      REQUIRE(std::fabs(sum) <= 4 * classes * epsilon<Real>() / batch);
      REQUIRE(result.d.at(labels[b], b) < 0);
    }
    if (sizeof(Real) == 4) return;
    const auto loss = [&] { return run_softmax<Real>(backend, z, labels).losses[4]; };
    for (std::int32_t c = 0; c < classes; ++c) {
      REQUIRE(std::fabs(slope_in(z.at(c, 4), 1e-5, loss) / batch - result.d.at(c, 4)) < 1e-9);
    }
  });
}

TEST_CASE("softmax_xent is stable, gives ties to the lowest class and passes NaN on") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    Matrix z(3, 4);
    z.at(0, 0) = 1e30;                             // far apart
    z.at(0, 1) = z.at(1, 1) = z.at(2, 1) = -1e30;  // all low and equal
    z.at(1, 2) = z.at(2, 2) = 5;                   // a tie of 1 and 2
    z.at(1, 3) = std::nan("");
    const auto result = run_softmax<Real>(backend, z, {0, 0, 2, 0});
    REQUIRE(result.losses[0] == 0);
    REQUIRE(std::fabs(result.losses[1] - std::log(3.0)) < 4 * epsilon<Real>());
    REQUIRE((result.correct == std::vector<std::int32_t>{1, 1, 0, result.correct[3]}));
    REQUIRE(std::isnan(result.losses[3]));
    for (std::int32_t b = 0; b < 3; ++b) REQUIRE_FALSE(std::isnan(result.d.at(0, b)));
  });
}

template <class Real>
LossResult run_mse(Backend& backend, const Matrix& a, const Matrix& targets) {
  const std::int32_t first = 2, rows = a.rows + 3;
  Panel d = make_panel<Real>(backend, Matrix(rows, a.batch, 9), 9);
  const auto losses = backend.allocate(static_cast<std::size_t>(a.batch) * sizeof(Real));
  backend.mse(make_panel<Real>(backend, embed_rows(a, first, rows), 9), first, a.rows,
              make_panel<Real>(backend, targets, 5), d, *losses);
  const Matrix out = read_panel<Real>(backend, d);
  for (std::int32_t b = 0; b < a.batch; ++b)
    REQUIRE((out.at(1, b) == 9 && out.at(rows - 1, b) == 9));
  if (a.batch > 1 && a.batch < 8) REQUIRE(d.as<Real>()[first * 8 + 7] == 0);
  return {rows_of(out, first, a.rows), read_buffer<Real>(backend, *losses), {}};
}

TEST_CASE("mse agrees with the oracle") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t outputs : {1, 3, 40}) {
      for (const std::int32_t batch : case_batches()) {
        INFO(outputs << " outputs, batch " << batch);
        const Matrix a = random_matrix(outputs, batch, 1),
                     targets = random_matrix(outputs, batch, 2);
        const auto expected = reference::mse(a, targets);
        const auto got = run_mse<Real>(backend, a, targets);
        require_close(got.losses, expected.losses, expected.losses,
                      (outputs + 4) * epsilon<Real>());
        require_close(got.d.data, expected.d.data, magnitudes(expected.d.data),
                      4 * epsilon<Real>());
      }
    }
  });
}

// Errors of 0.5 and -1: losses (0.25 + 1) / 2, and slopes of 2 * error / 2.
TEST_CASE("mse by hand") {
  for_each_backend([](Backend& backend, auto real) {
    Matrix a(2, 1), targets(2, 1);
    a.data = {1, -2};
    targets.data = {0.5, -1};
    const auto got = run_mse<decltype(real)>(backend, a, targets);
    REQUIRE((got.losses == std::vector<double>{0.625}));
    REQUIRE((got.d.data == std::vector<double>{0.5, -1}));
    REQUIRE((run_mse<decltype(real)>(backend, a, a).losses == std::vector<double>{0}));
  });
}

// Each loss is a parabola in each output: central differences with a large step are exact.
TEST_CASE("the mse gradient is a derivative") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    const Matrix a = random_matrix(4, 6, 1), targets = random_matrix(4, 6, 2);
    const auto result = run_mse<Real>(backend, a, targets);
    Matrix up = a, down = a;
    up.at(1, 2) += 0.5;
    down.at(1, 2) -= 0.5;
    const double slope = run_mse<Real>(backend, up, targets).losses[2] -
                         run_mse<Real>(backend, down, targets).losses[2];
    REQUIRE(std::fabs(slope / 6 - result.d.at(1, 2)) < 32 * epsilon<Real>());
  });
}

TEST_CASE("losses keep their bits for any number of threads") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    const Panel z = make_panel<Real>(backend, random_matrix(20, 1000, 1));
    const Panel targets = make_panel<Real>(backend, random_matrix(20, 1000, 2));
    const auto labels = make_exact_buffer(backend, random_labels(1000, 20));
    const auto losses = backend.allocate(1000 * sizeof(Real)), correct = backend.allocate(4000);
    Panel d(backend, dtype_of<Real>(), 20, 1000);
    const auto both = [&] {
      auto bytes = bytes_of(backend, d), more = bytes_of(backend, *losses);
      bytes.insert(bytes.end(), more.begin(), more.end());
      return bytes;
    };
    require_same_bits(
        [&] { return backend.softmax_xent(z, 0, 20, *labels, d, *losses, *correct), both(); });
    require_same_bits([&] { return backend.mse(z, 0, 20, targets, d, *losses), both(); });
  });
}

TEST_CASE("losses refuse what does not fit") {
  const auto backend = test_backend();
  Panel z(*backend, DType::f32, 5, 4), d(*backend, DType::f32, 5, 4),
      narrow(*backend, DType::f32, 5, 3);
  Panel wide(*open_backend("cpu"), DType::f64, 5, 4), two(*backend, DType::f32, 2, 4);
  const auto labels = make_exact_buffer<std::int32_t>(*backend, {0, 1, 2, 1});
  const auto losses = backend->allocate(16), correct = backend->allocate(16),
             few = backend->allocate(12);
  const auto softmax = [&](std::int32_t first, std::int32_t classes, const Buffer& l, Panel& to,
                           Buffer& out, Buffer& flags) {
    backend->softmax_xent(z, first, classes, l, to, out, flags);
  };
  REQUIRE_NOTHROW(softmax(2, 3, *labels, d, *losses, *correct));
  REQUIRE_THROWS_AS(softmax(3, 3, *labels, d, *losses, *correct), std::invalid_argument);
  REQUIRE_THROWS_AS(softmax(-1, 3, *labels, d, *losses, *correct), std::invalid_argument);
  REQUIRE_THROWS_AS(softmax(0, 2, *labels, d, *losses, *correct), std::invalid_argument);
  REQUIRE_THROWS_AS(softmax(0, 3, *few, d, *losses, *correct), std::invalid_argument);
  REQUIRE_THROWS_AS(softmax(0, 3, *labels, narrow, *losses, *correct), std::invalid_argument);
  REQUIRE_THROWS_AS(softmax(0, 3, *labels, wide, *losses, *correct), std::invalid_argument);
  REQUIRE_THROWS_AS(softmax(0, 3, *labels, d, *few, *correct), std::invalid_argument);
  REQUIRE_THROWS_AS(softmax(0, 3, *labels, d, *losses, *few), std::invalid_argument);
  backend->finish();
  labels->as<std::int32_t>()[3] = -1;
  REQUIRE_THROWS_WITH(softmax(0, 3, *labels, d, *losses, *correct),
                      "[Backend.softmax_xent] label of sample 3: got -1, expected 0 to 2");
  REQUIRE_NOTHROW(backend->mse(z, 1, 2, two, d, *losses));
  REQUIRE_THROWS_AS(backend->mse(z, 4, 2, two, d, *losses), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->mse(z, 0, 3, two, d, *losses), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->mse(z, 0, 2, two, narrow, *losses), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->mse(z, 0, 2, two, d, *few), std::invalid_argument);
  z.set_batch(0), d.set_batch(0), two.set_batch(0);
  REQUIRE_NOTHROW(softmax(0, 3, *labels, d, *losses, *correct));
  REQUIRE_NOTHROW(backend->mse(z, 0, 2, two, d, *losses));
}

}  // namespace
}  // namespace sparsegrow
