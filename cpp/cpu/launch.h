// What the launchers share: the element type as a template parameter, and cutting rows into chunks.
#pragma once

#include <algorithm>

#include "cpu/kernel_table.h"
#include "sparsegrow/backend/backend.h"
#include "sparsegrow/backend/verb_checks.h"
#include "sparsegrow/base/parallel.h"

namespace sparsegrow::cpu {

// Calls body(Real{}) with float or double.
template <class Body>
void with_real(DType dtype, Body&& body) {
  if (dtype == DType::f32) {
    body(float{});
  } else {
    body(double{});
  }
}

// A tile of a panel as the kernels see it.
template <class Real>
struct Tile {
  Real* data;  // row 0
  std::int32_t width, valid, first_column;
};

template <class Real>
Tile<Real> tile_of(const Panel& panel, std::int32_t tile) {
  const PanelShape shape = panel.shape();
  const std::int32_t first = tile * kTileWidth;
  return {panel.as<Real>() + tile_offset(shape, tile, 0), tile_width(shape.batch, tile),
          std::min(kTileWidth, shape.batch - first), first};
}

// How far apart in a tile the sources of row_at(0) to row_at(count - 1) lie, in rows: a layer of a
// net draws on the layer below it alone. Estimated from the ends of a few rows, since only speed
// depends on it.
template <class RowAt>
std::int64_t reach_of(const Pattern& pattern, std::int64_t count, RowAt row_at) {
  constexpr std::int64_t kSamples = 16;
  const std::int64_t samples = std::min(kSamples, count);
  std::int32_t low = INT32_MAX, high = -1;
  for (std::int64_t i = 0; i < samples; ++i) {
    const std::int32_t row = row_at(i * count / samples);
    const std::int32_t begin = pattern.row_begin[row], end = pattern.row_begin[row + 1];
    if (begin == end) continue;
    const std::int32_t first = pattern.column[begin], last = pattern.column[end - 1];
    low = std::min({low, first, last});
    high = std::max({high, first, last});
  }
  return high < 0 ? 0 : std::int64_t{high} - low + 1;
}

// Whether so many rows of a tile outgrow the second cache, so that fetching them ahead pays:
// measured from 3000 rows of 32 floats on, with a cache of 512 KiB.
template <class Real>
bool fetch_ahead(std::int64_t rows, std::int32_t width) {
  constexpr std::int64_t kLargestResident = 320 * 1024;
  return rows * width * std::int64_t{sizeof(Real)} > kLargestResident;
}

// Rows cut into equal runs of about `elements` panel elements each.
class RowChunks {
 public:
  RowChunks(std::int64_t rows, std::int32_t batch, std::int64_t elements = 16384)
      : rows_(rows),
        per_chunk_(std::max<std::int64_t>(1, elements / std::max(1, padded_batch(batch)))) {}

  std::int64_t count() const { return (rows_ + per_chunk_ - 1) / per_chunk_; }
  std::int64_t begin(std::int64_t chunk) const { return chunk * per_chunk_; }
  std::int64_t size(std::int64_t chunk) const { return std::min(per_chunk_, rows_ - begin(chunk)); }

 private:
  std::int64_t rows_, per_chunk_;
};

// Calls body(rows of a chunk in each tile) for the rows of a level; tiles of one chunk follow in
// order.
template <class Real, class Body>
void for_level_tiles(const RowPlan& plan, std::int32_t level, const Panel& panel, Body&& body) {
  const Span<const std::int32_t> rows = plan.level_rows(level);
  const RowChunks chunks(static_cast<std::int64_t>(rows.size()), panel.batch());
  parallel_for(chunks.count(), [&](std::int64_t chunk) {
    for (std::int32_t t = 0; t < tile_count(panel.batch()); ++t) {
      const auto tile = tile_of<Real>(panel, t);
      body(t, TileRows{rows.data() + chunks.begin(chunk), chunks.size(chunk), tile.width,
                       tile.valid, tile.first_column});
    }
  });
}

}  // namespace sparsegrow::cpu
