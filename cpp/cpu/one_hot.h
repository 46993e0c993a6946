// What the launchers of dense and ragged one-hot rows share.
#pragma once

#include "cpu/launch.h"

namespace sparsegrow::cpu {

// The edges from `offset` on.
template <class Real>
GatedTask<Real> gated_task(const OptimizerParams& params, const Buffer& gradient,
                           const GatedEdges& edges, std::int64_t offset) {
  return {params,
          gradient.as<Real>() + offset,
          edges.weight->as<Real>() + offset,
          edges.gate->as<Real>() + offset,
          edges.weight_sum->as<Real>() + offset,
          edges.gate_sum->as<Real>() + offset};
}

// A tile of the panel from row `first_row` on.
template <class Real>
EmbedTile<Real> embed_tile_of(const Panel& panel, std::int32_t t, std::int32_t first_row = 0) {
  const auto tile = tile_of<Real>(panel, t);
  return {tile.data + static_cast<std::int64_t>(first_row) * tile.width, tile.width, tile.valid,
          tile.first_column};
}

}  // namespace sparsegrow::cpu
