#include "sparsegrow/train/unit_passes.h"

#include <array>
#include <numeric>
#include <vector>

#include "sparsegrow/base/rng.h"

namespace sparsegrow {
namespace {

constexpr std::int64_t kElementsPerChunk = 16384;
constexpr std::int32_t kWords = 4;  // that one Philox block gives, to samples that follow another

// Four draws of row `row`: those of samples 4 * block to 4 * block + 3.
std::array<std::uint32_t, kWords> draw_block(DrawStream draw, std::int32_t row,
                                             std::int32_t block) {
  return philox(
      {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(row),
       static_cast<std::uint32_t>(draw.stream), static_cast<std::uint32_t>(draw.stream >> 32)},
      {static_cast<std::uint32_t>(draw.seed), static_cast<std::uint32_t>(draw.seed >> 32)});
}

double uniform_of(std::uint32_t word) { return word * 0x1.0p-32; }

// How a range of rows is cut; it depends on the shape alone.
struct Chunks {
  std::int64_t runs, rows_per_run, tiles;

  Chunks(const Panel& panel, RowRange rows)
      : rows_per_run(std::max<std::int64_t>(1, kElementsPerChunk / kTileWidth)),
        tiles(tile_count(panel.batch())) {
    runs = (rows.count + rows_per_run - 1) / rows_per_run;
  }
  std::int64_t count() const { return runs * tiles; }
};

// Calls body(chunk, tile, row) for each row in each tile, with the tile as PanelTile<Real>.
template <class Real, class Body>
void for_rows_of(const Panel& panel, RowRange rows, const Body& body) {
  const Chunks chunks(panel, rows);
  parallel_for(chunks.count(), [&](std::int64_t chunk) {
    const PanelTile<Real> tile(panel, static_cast<std::int32_t>(chunk / chunks.runs));
    const auto begin = static_cast<std::int32_t>(chunk % chunks.runs * chunks.rows_per_run);
    const auto end =
        static_cast<std::int32_t>(std::min<std::int64_t>(rows.count, begin + chunks.rows_per_run));
    for (std::int32_t r = begin; r < end; ++r) body(chunk, tile, rows.first + r);
  });
}

template <class Body>
void for_rows(const Panel& panel, RowRange rows, const Body& body) {
  if (panel.dtype() == DType::f32) {
    for_rows_of<float>(panel, rows, body);
  } else {
    for_rows_of<double>(panel, rows, body);
  }
}

template <class Real>
void clear_from(Real* row, std::int32_t valid, std::int32_t width) {
  std::fill(row + valid, row + width, Real(0));
}

}  // namespace

double unit_uniform(DrawStream draw, std::int32_t row, std::int32_t sample) {
  const auto words = draw_block(draw, row, sample / kWords);
  return uniform_of(words[static_cast<std::size_t>(sample % kWords)]);
}

void sample_units(Panel& panel, RowRange rows, DrawStream draw) {
  for_rows(panel, rows, [&](std::int64_t, const auto& tile, std::int32_t r) {
    auto* values = tile.row(r);
    for (std::int32_t lane = 0; lane < tile.valid; lane += kWords) {
      const auto words = draw_block(draw, r, (tile.first + lane) / kWords);
      const std::int32_t last = std::min(kWords, tile.valid - lane);
      for (std::int32_t k = 0; k < last; ++k) {
        values[lane + k] = uniform_of(words[static_cast<std::size_t>(k)]) < values[lane + k];
      }
    }
    clear_from(values, tile.valid, tile.width);
  });
}

void clear_padding(Panel& panel, RowRange rows) {
  for_rows(panel, rows, [](std::int64_t, const auto& tile, std::int32_t r) {
    clear_from(tile.row(r), tile.valid, tile.width);
  });
}

void add_rows(Panel& panel, RowRange rows, const Buffer& values) {
  for_rows(panel, rows, [&](std::int64_t, const auto& tile, std::int32_t r) {
    using Real = std::remove_reference_t<decltype(*tile.data)>;
    const Real value = values.as<Real>()[r];
    Real* lanes = tile.row(r);
    for (std::int32_t lane = 0; lane < tile.width; ++lane) lanes[lane] += value;
  });
}

void scale_rows(Panel& panel, RowRange rows, double factor, Span<const double> shift) {
  for_rows(panel, rows, [&](std::int64_t, const auto& tile, std::int32_t r) {
    using Real = std::remove_reference_t<decltype(*tile.data)>;
    const auto index = static_cast<std::size_t>(r - rows.first);
    const auto scale = static_cast<Real>(factor);
    const auto value = static_cast<Real>(shift.empty() ? 0.0 : shift[index]);
    Real* lanes = tile.row(r);
    for (std::int32_t lane = 0; lane < tile.width; ++lane)
      lanes[lane] = scale * lanes[lane] + value;
  });
}

double squared_difference(const Panel& a, const Panel& b, RowRange rows) {
  std::vector<double> parts(static_cast<std::size_t>(Chunks(a, rows).count()), 0.0);
  for_rows(a, rows, [&](std::int64_t chunk, const auto& tile, std::int32_t r) {
    using Real = std::remove_reference_t<decltype(*tile.data)>;
    const PanelTile<Real> other(b, tile.first / kTileWidth);
    const Real *left = tile.row(r), *right = other.row(r);
    double sum = 0;
    for (std::int32_t lane = 0; lane < tile.valid; ++lane) {
      const double difference = double{left[lane]} - double{right[lane]};
      sum += difference * difference;
    }
    parts[static_cast<std::size_t>(chunk)] += sum;
  });
  return std::accumulate(parts.begin(), parts.end(), 0.0);
}

}  // namespace sparsegrow
