// What the tests of kernels share: arrays as the device has them, cases, and tolerances.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "kernel_launch.h"
#include "reference/cases.h"
#include "reference/matrix.h"
#include "reference/oracle.h"
#include "tests/cpp/catch.h"

namespace sparsegrow::test {

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;
using reference::Matrix;

constexpr double kEpsilon = 1.1920928955078125e-7;  // of float

inline Floats floats(const std::vector<double>& values) { return {values.begin(), values.end()}; }
inline std::vector<double> doubles(const Floats& values) { return {values.begin(), values.end()}; }
inline Floats random_floats(std::int64_t count, std::uint64_t seed) {
  return floats(reference::random_values(count, seed));
}

// A matrix in the layout of a panel, with `padding` in the lanes past the batch.
inline Floats panel_of(const Matrix& m, double padding = 0) {
  const PanelShape shape = {m.rows, m.batch};
  Floats panel(static_cast<std::size_t>(m.rows) * static_cast<std::size_t>(padded_batch(m.batch)),
               static_cast<float>(padding));
  for (std::int32_t r = 0; r < m.rows; ++r) {
    for (std::int32_t b = 0; b < m.batch; ++b) {
      panel[static_cast<std::size_t>(tile_offset(shape, b / kTileWidth, r) + b % kTileWidth)] =
          static_cast<float>(m.at(r, b));
    }
  }
  return panel;
}

inline Matrix matrix_of(const Floats& panel, std::int32_t rows, std::int32_t batch) {
  Matrix m(rows, batch);
  for (std::int32_t r = 0; r < rows; ++r) {
    for (std::int32_t b = 0; b < batch; ++b) {
      const auto at = tile_offset({rows, batch}, b / kTileWidth, r) + b % kTileWidth;
      m.at(r, b) = static_cast<double>(panel[static_cast<std::size_t>(at)]);
    }
  }
  return m;
}

// The panel with its lanes past the batch set to `padding`: equal to itself if they held it.
inline Floats with_padding(const Floats& panel, std::int32_t rows, std::int32_t batch,
                           double padding) {
  return panel_of(matrix_of(panel, rows, batch), padding);
}

inline bool under_sanitizer() {
  return software_gpu::under_thread_sanitizer() || software_gpu::under_address_sanitizer();
}

// Both sides of each tile width; fewer where each GPU thread costs a thread of the sanitizer.
inline Ints batches() {
  if (software_gpu::under_thread_sanitizer()) return {1, 7, 33};
  return {1, 2, 7, 8, 9, 16, 17, 31, 32, 33, 64, 100};
}

// Graphs whose launches stay small enough for the sanitizers.
inline std::vector<reference::CsrCase> graphs() {
  const auto share = [](Csr csr) { return std::make_shared<const Csr>(std::move(csr)); };
  std::vector<reference::CsrCase> cases = {
      {"no edges", share(reference::csr_of_degrees(5, {0, 0, 0}, 2)), 100},
      {"one edge", share(reference::csr_of_degrees(4, {0, 1, 0}, 3)), 100},
      {"mixed rows", share(reference::csr_of_degrees(70, {0, 1, 2, 31, 32, 33, 64, 70, 0}, 4)),
       100},
      {"levels", share(reference::layered_dag(3, 6, 8, 5)), 100}};
  if (under_sanitizer()) return cases;
  cases.push_back({"long rows", share(reference::csr_of_degrees(3000, {3000, 3, 2100}, 7)), 33});
  cases.push_back({"several groups", share(reference::random_csr(200, 300, 0.1, 6)), 33});
  return cases;
}

// |got - expected| <= bound * magnitude element by element.
inline void require_close(const std::vector<double>& got, const std::vector<double>& expected,
                          const std::vector<double>& magnitude, double bound) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (std::fabs(got[i] - expected[i]) <= bound * magnitude[i]) continue;
    FAIL("element " << i << ": got " << got[i] << ", expected " << expected[i]);
  }
}

inline void require_close(const std::vector<double>& got, const std::vector<double>& expected,
                          double bound) {
  require_close(got, expected, std::vector<double>(got.size(), 1.0), bound);
}

}  // namespace sparsegrow::test
