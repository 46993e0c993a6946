// dropout.
#include "verb_support.h"

namespace sparsegrow {
namespace {

using namespace reference;

std::shared_ptr<const Csr> one_level(std::int32_t rows) {
  return std::make_shared<const Csr>(layered_dag(1, rows, 0, 1));
}

template <class Real>
Matrix run_dropout(Backend& backend, DropoutParams drop, std::int32_t rows, std::int32_t batch) {
  Panel panel = make_panel<Real>(backend, Matrix(rows, batch, 1.0));
  backend.dropout(*backend.upload(one_level(rows)), 0, drop, panel);
  REQUIRE(largest_padding<Real>(backend, panel) == 0);
  return read_panel<Real>(backend, panel);
}

TEST_CASE("dropout agrees with the oracle on every width, dtype and instruction set") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t batch : case_batches()) {
      INFO("batch " << batch);
      const DropoutParams drop{0.3f, 17, 1234567};
      const Matrix got = run_dropout<Real>(backend, drop, 13, batch);
      const Real scale = static_cast<Real>(1 / (1 - static_cast<double>(drop.rate)));
      std::int32_t wrong = 0;
      for (std::int32_t r = 0; r < 13; ++r) {
        for (std::int32_t b = 0; b < batch; ++b) {
          const bool gone =
              dropped(drop, static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(b));
          wrong += got.at(r, b) != (gone ? 0 : static_cast<double>(scale));
        }
      }
      REQUIRE(wrong == 0);
    }
  });
}

// Among n units the share that is dropped differs from the rate by more than 5 standard deviations
// about once in a million; neighbouring rows, columns, steps and seeds must look independent.
TEST_CASE("dropout drops its share, afresh in each row, column, step and seed") {
  const std::int32_t rows = 200, batch = 256;
  const double n = static_cast<double>(rows) * batch;
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const float rate : {0.1f, 0.5f, 0.9f}) {
      INFO("rate " << rate);
      const double p = rate, spread = 5 * std::sqrt(p * (1 - p) / n);
      const double both = (1 - p) * (1 - p), pair_spread = 5 * std::sqrt(both * (1 - both) / n);
      const Matrix m = run_dropout<Real>(backend, {rate, 1, 5}, rows, batch);
      const Matrix later = run_dropout<Real>(backend, {rate, 1, 6}, rows, batch);
      const Matrix other = run_dropout<Real>(backend, {rate, 2, 5}, rows, batch);
      double sum = 0, kept = 0, with_later = 0, with_other = 0, with_right = 0, with_below = 0;
      for (std::int32_t r = 0; r < rows; ++r) {
        for (std::int32_t b = 0; b < batch; ++b) {
          const bool here = m.at(r, b) > 0;
          sum += m.at(r, b);
          kept += here;
          with_later += here && later.at(r, b) > 0;
          with_other += here && other.at(r, b) > 0;
          with_right += here && m.at(r, (b + 1) % batch) > 0;
          with_below += here && m.at((r + 1) % rows, b) > 0;
        }
      }
      REQUIRE(std::fabs(kept / n - (1 - p)) < spread);
      REQUIRE(std::fabs(sum / n - 1) < spread / (1 - p) + 1e-6);  // the mean is kept
      for (const double pairs : {with_later, with_other, with_right, with_below}) {
        REQUIRE(std::fabs(pairs / n - both) < 2 * pair_spread);
      }
    }
  });
}

TEST_CASE("dropout masks a gradient as it masked the activation, one level at a time") {
  const auto csr = std::make_shared<const Csr>(layered_dag(3, 6, 2, 1));
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto device = backend.upload(csr);
    const DropoutParams drop{0.5f, 3, 4};
    for (const std::int32_t batch : {1, 40}) {
      const Matrix values = random_matrix(18, batch, 2), gradients = random_matrix(18, batch, 3);
      Panel a = make_panel<Real>(backend, values), d = make_panel<Real>(backend, gradients);
      backend.dropout(*device, 1, drop, a);
      backend.dropout(*device, 1, drop, d);
      const Matrix after = read_panel<Real>(backend, a), back = read_panel<Real>(backend, d);
      std::int32_t wrong = 0;
      for (std::int32_t r = 0; r < 18; ++r) {
        const bool touched = csr->target_level[static_cast<std::size_t>(r)] == 1;
        for (std::int32_t b = 0; b < batch; ++b) {
          const double factor = !touched ? 1 : after.at(r, b) == 0 ? 0 : 2;
          wrong += after.at(r, b) != factor * values.at(r, b);
          wrong += back.at(r, b) != factor * gradients.at(r, b);
        }
      }
      REQUIRE(wrong == 0);
    }
  });
}

TEST_CASE("dropout keeps its bits for any number of threads and refuses bad rates") {
  const auto backend = test_backend();
  require_same_bits([&] {
    Panel panel = make_panel<float>(*backend, random_matrix(900, 100, 1));
    backend->dropout(*backend->upload(one_level(900)), 0, {0.3f, 1, 2}, panel);
    return bytes_of(*backend, panel);
  });
  const auto device = backend->upload(one_level(3));
  Panel panel = make_panel<float>(*backend, Matrix(3, 4, 1.0)), tall(*backend, DType::f32, 4, 4);
  backend->dropout(*device, 0, {0, 1, 2}, panel);
  REQUIRE(read_panel<float>(*backend, panel).data == std::vector<double>(12, 1.0));
  for (const float rate : {-0.1f, 1.0f, std::nanf("")}) {
    REQUIRE_THROWS_AS(backend->dropout(*device, 0, {rate, 1, 2}, panel), std::invalid_argument);
  }
  REQUIRE_THROWS_AS(backend->dropout(*device, 1, {0.5f, 1, 2}, panel), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->dropout(*device, 0, {0.5f, 1, 2}, tall), std::invalid_argument);
}

}  // namespace
}  // namespace sparsegrow
