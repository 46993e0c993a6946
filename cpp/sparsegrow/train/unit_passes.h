// Passes over rows of a panel that a restricted Boltzmann machine needs beside the verbs: drawing
// binary units, biases of visible units, sums over a column. They run on the host, after
// Backend::finish(). What a unit gets depends on neither threads nor tiles.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sparsegrow/backend/panel.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/base/span.h"

namespace sparsegrow {

struct RowRange {
  std::int32_t first = 0;
  std::int32_t count = 0;
};

// Names the draws of one pass: unit (row, sample) has one uniform number in it.
struct DrawStream {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;
};

// The number that unit (row, sample) draws, in [0, 1), of 32 bits. The slow definition of what
// sample_units does.
double unit_uniform(DrawStream draw, std::int32_t row, std::int32_t sample);

// Each value p becomes 1 where the unit's number is below p, else 0; padding becomes 0.
// Cost 10 integer operations per unit.
void sample_units(Panel& panel, RowRange rows, DrawStream draw);

// Padding becomes 0, as sddmm wants it of one of its panels.
void clear_padding(Panel& panel, RowRange rows);

// panel[r] += values[r], for a buffer of the panel's dtype with a value for each of its rows.
void add_rows(Panel& panel, RowRange rows, const Buffer& values);

// panel[r] = factor * panel[r] + shift[r - rows.first]; an empty shift is zero.
void scale_rows(Panel& panel, RowRange rows, double factor, Span<const double> shift);

// Sum over samples and rows of (a - b)^2, in double. The panels have the same shape and dtype.
double squared_difference(const Panel& a, const Panel& b, RowRange rows);

// The tile of a panel that samples [first, first + valid) are in.
template <class Real>
struct PanelTile {
  Real* data;  // of row 0
  std::int32_t width, valid, first;

  PanelTile(const Panel& panel, std::int32_t tile)
      : data(panel.as<Real>() + tile_offset(panel.shape(), tile, 0)),
        width(tile_width(panel.batch(), tile)),
        valid(std::min(kTileWidth, panel.batch() - tile * kTileWidth)),
        first(tile * kTileWidth) {}
  Real* row(std::int32_t r) const { return data + static_cast<std::int64_t>(r) * width; }
};

template <class Real, class Term>
void add_tile_over_rows(const PanelTile<Real>& tile, RowRange rows, Span<double> sums,
                        const Term& term) {
  for (std::int32_t r = 0; r < rows.count; ++r) {
    const Real* values = tile.row(rows.first + r);
    for (std::int32_t lane = 0; lane < tile.valid; ++lane) {
      sums[static_cast<std::size_t>(tile.first + lane)] += term(r, double{values[lane]});
    }
  }
}

// sums[b] += sum over the rows of term(r - rows.first, value of sample b), in double and in order
// of the rows.
template <class Term>
void add_over_rows(const Panel& panel, RowRange rows, Span<double> sums, const Term& term) {
  parallel_for(tile_count(panel.batch()), [&](std::int64_t t) {
    const auto tile = static_cast<std::int32_t>(t);
    if (panel.dtype() == DType::f32) {
      add_tile_over_rows(PanelTile<float>(panel, tile), rows, sums, term);
    } else {
      add_tile_over_rows(PanelTile<double>(panel, tile), rows, sums, term);
    }
  });
}

}  // namespace sparsegrow
