// Data of the tests: plain [row][sample] matrices in double precision, and the way into and out of
// panels.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "sparsegrow/backend/backend.h"
#include "sparsegrow/base/rng.h"

namespace sparsegrow::reference {

struct Matrix {
  std::int32_t rows = 0, batch = 0;
  std::vector<double> data;

  Matrix() = default;
  Matrix(std::int32_t r, std::int32_t b, double value = 0)
      : rows(r), batch(b), data(static_cast<std::size_t>(r) * static_cast<std::size_t>(b), value) {}
  double& at(std::int32_t r, std::int32_t b) { return data[index(r, b)]; }
  double at(std::int32_t r, std::int32_t b) const { return data[index(r, b)]; }

 private:
  std::size_t index(std::int32_t r, std::int32_t b) const {
    return static_cast<std::size_t>(r) * static_cast<std::size_t>(batch) +
           static_cast<std::size_t>(b);
  }
};

// Uniform in [-1, 1), each exactly a float, so that both dtypes start from the same numbers.
inline std::vector<double> random_values(std::int64_t count, std::uint64_t seed) {
  Rng rng(seed, 7);
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& v : values) v = static_cast<float>(2 * rng.uniform() - 1);
  return values;
}

inline Matrix random_matrix(std::int32_t rows, std::int32_t batch, std::uint64_t seed) {
  Matrix m(rows, batch);
  m.data = random_values(static_cast<std::int64_t>(rows) * batch, seed);
  return m;
}

inline std::vector<double> magnitudes(std::vector<double> values) {
  for (double& v : values) v = v < 0 ? -v : v;
  return values;
}

inline Matrix magnitudes(Matrix m) {
  m.data = magnitudes(std::move(m.data));
  return m;
}

// The element of a panel that holds (row, sample).
inline std::size_t panel_index(const Panel& panel, std::int32_t row, std::int32_t sample) {
  const std::int32_t tile = sample / kTileWidth;
  return static_cast<std::size_t>(tile_offset(panel.shape(), tile, row)) +
         static_cast<std::size_t>(sample % kTileWidth);
}

// Samples of a row that lie together in a panel: `count` from `first` on, at elements from `offset`
// on, and padding up to `width`.
struct TileRow {
  std::int32_t row, first, count, width;
  std::int64_t offset;
};

template <class Body>
void for_tile_rows(const Panel& panel, Body body) {
  for (std::int32_t t = 0; t < tile_count(panel.batch()); ++t) {
    const std::int32_t first = t * kTileWidth, width = tile_width(panel.batch(), t);
    const std::int32_t count = std::min(width, panel.batch() - first);
    for (std::int32_t r = 0; r < panel.rows(); ++r) {
      body(TileRow{r, first, count, width, tile_offset(panel.shape(), t, r)});
    }
  }
}

// Activations may hold anything finite in their padding, gradients zero: `padding` is that number.
template <class Real>
Panel make_panel(Backend& backend, const Matrix& m, double padding = 0) {
  Panel panel(backend, dtype_of<Real>(), m.rows, m.batch);
  Real* const data = panel.as<Real>();
  for (std::int64_t i = 0; i < panel.elements(); ++i) data[i] = static_cast<Real>(padding);
  for_tile_rows(panel, [&](const TileRow& part) {
    const double* const from = &m.data[0] + std::int64_t{part.row} * m.batch + part.first;
    for (std::int32_t b = 0; b < part.count; ++b)
      data[part.offset + b] = static_cast<Real>(from[b]);
  });
  return panel;
}

// What is read here is read after the work before it.
template <class Real>
Matrix read_panel(Backend& backend, const Panel& panel) {
  backend.finish();
  Matrix m(panel.rows(), panel.batch());
  const Real* const data = panel.as<Real>();
  for_tile_rows(panel, [&](const TileRow& part) {
    double* const to = &m.data[0] + std::int64_t{part.row} * m.batch + part.first;
    for (std::int32_t b = 0; b < part.count; ++b) to[b] = data[part.offset + b];
  });
  return m;
}

// The largest magnitude in the padding of a panel's rows.
template <class Real>
double largest_padding(Backend& backend, const Panel& panel) {
  backend.finish();
  const Real* const data = panel.as<Real>();
  double largest = 0;
  for_tile_rows(panel, [&](const TileRow& part) {
    for (std::int32_t b = part.count; b < part.width; ++b) {
      const double size = static_cast<double>(data[part.offset + b]);
      largest = size > largest ? size : -size > largest ? -size : largest;
    }
  });
  return largest;
}

template <class Real>
std::unique_ptr<Buffer> make_buffer(Backend& backend, const std::vector<double>& values) {
  auto buffer = backend.allocate(values.size() * sizeof(Real));
  for (std::size_t i = 0; i < values.size(); ++i)
    buffer->as<Real>()[i] = static_cast<Real>(values[i]);
  return buffer;
}

template <class Real>
std::vector<double> read_buffer(Backend& backend, const Buffer& buffer) {
  backend.finish();
  return std::vector<double>(buffer.as<Real>(), buffer.as<Real>() + buffer.bytes() / sizeof(Real));
}

template <class T>
std::unique_ptr<Buffer> make_exact_buffer(Backend& backend, const std::vector<T>& values) {
  auto buffer = backend.allocate(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(buffer->data(), values.data(), values.size() * sizeof(T));
  return buffer;
}

inline std::vector<char> bytes_of(Backend& backend, const Buffer& buffer) {
  backend.finish();
  return std::vector<char>(buffer.as<char>(), buffer.as<char>() + buffer.bytes());
}

inline std::vector<char> bytes_of(Backend& backend, const Panel& panel) {
  backend.finish();
  const auto size = static_cast<std::size_t>(panel.elements()) * size_of(panel.dtype());
  return std::vector<char>(panel.as<char>(), panel.as<char>() + size);
}

}  // namespace sparsegrow::reference
