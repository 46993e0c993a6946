// What the launchers of dense and ragged one-hot rows share.
#pragma once

#include "cpu/launch.h"

namespace sparsegrow::cpu {

inline void require_edges(const char* where, const GatedEdges& edges, std::int64_t count,
                          DType dtype) {
  require_buffer(where, "weight", *edges.weight, count, size_of(dtype));
  require_buffer(where, "gate", *edges.gate, count, size_of(dtype));
}

inline void require_adagrad(const char* where, const OptimizerParams& params,
                            const GatedEdges& edges, const Buffer& gradient, std::int64_t count,
                            DType dtype) {
  SG_REQUIRE(params.kind == OptimizerKind::adagrad && params.epsilon > 0, where,
             "expected adagrad with an epsilon above 0, got kind ",
             static_cast<std::int32_t>(params.kind), " with epsilon ", params.epsilon);
  require_edges(where, edges, count, dtype);
  require_buffer(where, "gradient", gradient, count, size_of(dtype));
  require_buffer(where, "weight_sum", *edges.weight_sum, count, size_of(dtype));
  require_buffer(where, "gate_sum", *edges.gate_sum, count, size_of(dtype));
}

inline void require_live(const char* where, const char* name, const Panel& panel,
                         std::int32_t batch) {
  SG_REQUIRE(panel.batch() == batch, where, name, " has the wrong batch: got ", panel.batch(),
             ", expected ", batch, " as in live");
}

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
