// Which element of a panel a GPU thread has. Threads of neighbouring x have neighbouring lanes of a
// tile, so that a SIMD-group reads whole lines.
#pragma once

#include <metal_stdlib>

#include "metal/kernels/arguments.h"

namespace sparsegrow {

// Item i of a list of rows, in one lane of one tile.
struct Place {
  int32_t item;
  int32_t tile;
  int32_t lane;
  int32_t width;  // lanes of this tile
  int32_t valid;  // of them not padding
};

// For a grid of (items * width of the first tile) x tiles threads. In a last tile that is narrower
// than the others, the items of the first threads are all there are.
inline Place place_of(uint2 at, int32_t batch) {
  Place place;
  place.tile = int32_t(at.y);
  place.width = tile_width(batch, place.tile);
  place.item = int32_t(at.x) / place.width;
  place.lane = int32_t(at.x) % place.width;
  place.valid = metal::min(place.width, batch - place.tile * kTileWidth);
  return place;
}

inline int64_t element_of(PanelShape shape, Place place, int32_t row) {
  return tile_offset(shape, place.tile, row) + place.lane;
}

}  // namespace sparsegrow
