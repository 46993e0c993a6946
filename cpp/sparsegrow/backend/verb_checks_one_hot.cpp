// Checks of the verbs on one-hot inputs.
#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/backend/verb_checks.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

void require_table(const char* where, const InputBlocks& table, const LiveSymbols& live) {
  SG_REQUIRE(table.symbols == live.symbols, where, "live: got ", live.symbols,
             " symbols, expected ", table.symbols);
  for (const InputBlock& block : table.blocks) {
    SG_REQUIRE(block.positions <= live.positions, where, "live: got ", live.positions,
               " positions, expected at least ", block.positions);
    SG_REQUIRE(block.stride % kBlockStride == 0 && block.neurons <= block.stride, where,
               "got a block of ", block.neurons, " neurons with stride ", block.stride);
  }
}

void require_table(const char* where, const InputRows& table, const LiveRows& live) {
  for (const std::int32_t row : live.live) {
    SG_REQUIRE(row >= 0 && row < table.inputs(), where, "live: got input ", row, ", expected 0 to ",
               table.inputs() - 1);
  }
}

void require_edges(const char* where, const GatedEdges& edges, std::int64_t count, DType dtype) {
  require_buffer(where, "weight", *edges.weight, count, size_of(dtype));
  require_buffer(where, "gate", *edges.gate, count, size_of(dtype));
}

void require_adagrad(const char* where, const OptimizerParams& params, const GatedEdges& edges,
                     const Buffer& gradient, std::int64_t count, DType dtype) {
  SG_REQUIRE(params.kind == OptimizerKind::adagrad && params.epsilon > 0, where,
             "expected adagrad with an epsilon above 0, got kind ",
             static_cast<std::int32_t>(params.kind), " with epsilon ", params.epsilon);
  require_edges(where, edges, count, dtype);
  require_buffer(where, "gradient", gradient, count, size_of(dtype));
  require_buffer(where, "weight_sum", *edges.weight_sum, count, size_of(dtype));
  require_buffer(where, "gate_sum", *edges.gate_sum, count, size_of(dtype));
}

void require_live(const char* where, const char* name, const Panel& panel, std::int32_t batch) {
  SG_REQUIRE(panel.batch() == batch, where, name, " has the wrong batch: got ", panel.batch(),
             ", expected ", batch, " as in live");
}

}  // namespace

void require_embed(const InputBlocks& blocks, const LiveSymbols& live, const GatedEdges& edges,
                   const Buffer& bias, const Panel& z) {
  constexpr char where[] = "Backend.embed";
  require_table(where, blocks, live);
  require_edges(where, edges, blocks.elements, z.dtype());
  require_buffer(where, "bias", bias, z.rows(), size_of(z.dtype()));
  require_live(where, "z", z, live.batch);
}

void require_embed(const InputRows& rows, const LiveRows& live, const GatedEdges& edges,
                   const Buffer& bias, std::int32_t first_row, const Panel& z) {
  constexpr char where[] = "Backend.embed";
  require_table(where, rows, live);
  require_edges(where, edges, rows.edges(), z.dtype());
  require_range(where, "z", z, first_row, rows.outputs);
  require_buffer(where, "bias", bias, z.rows(), size_of(z.dtype()));
  require_live(where, "z", z, live.batch);
}

void require_embed_grad(const InputBlocks& blocks, const LiveSymbols& live, const Panel& dz,
                        const Buffer& gradient) {
  constexpr char where[] = "Backend.embed_grad";
  require_table(where, blocks, live);
  require_buffer(where, "gradient", gradient, blocks.elements, size_of(dz.dtype()));
  require_live(where, "dz", dz, live.batch);
}

void require_embed_grad(const InputRows& rows, const LiveRows& live, std::int32_t first_row,
                        const Panel& dz, const Buffer& gradient) {
  constexpr char where[] = "Backend.embed_grad";
  require_table(where, rows, live);
  require_range(where, "dz", dz, first_row, rows.outputs);
  require_buffer(where, "gradient", gradient, rows.edges(), size_of(dz.dtype()));
  require_live(where, "dz", dz, live.batch);
}

void require_embed_update(const OptimizerParams& params, DType dtype, const InputBlocks& blocks,
                          const LiveSymbols& live, const Buffer& gradient,
                          const GatedEdges& edges) {
  constexpr char where[] = "Backend.embed_update";
  require_table(where, blocks, live);
  require_adagrad(where, params, edges, gradient, blocks.elements, dtype);
}

void require_embed_update(const OptimizerParams& params, DType dtype, const InputRows& rows,
                          const LiveRows& live, const Buffer& gradient, const GatedEdges& edges) {
  constexpr char where[] = "Backend.embed_update";
  require_table(where, rows, live);
  require_adagrad(where, params, edges, gradient, rows.edges(), dtype);
}

}  // namespace sparsegrow
