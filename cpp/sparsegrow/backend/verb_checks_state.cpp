// Checks of the verbs on flat arrays and on memory cells.
#include <algorithm>

#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/backend/verb_checks.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

constexpr std::int32_t kStreamMultiple = 8;  // whole vectors of streams, or a single one

void require_streams(const char* where, std::int32_t streams, std::int32_t batch) {
  SG_REQUIRE(streams >= 1 && batch % streams == 0, where, "got ", streams,
             " streams, expected a divisor of the batch ", batch);
  SG_REQUIRE(streams % kStreamMultiple == 0 || batch == 1, where, "got ", streams,
             " streams, expected a multiple of ", kStreamMultiple, ", or 1 with one step");
}

void require_cells(const char* where, const CellRows& cells, const Panel& panel,
                   const Panel& tape) {
  SG_REQUIRE(cells.rows.size() == cells.cells.size(), where, "got ", cells.rows.size(),
             " rows for ", cells.cells.size(), " cells");
  require_streams(where, cells.streams, panel.batch());
  SG_REQUIRE(tape.rows() % kCellTape == 0, where, "tape: got ", tape.rows(),
             " rows, expected a multiple of ", kCellTape);
  for (std::size_t k = 0; k < cells.rows.size(); ++k) {
    SG_REQUIRE_RANGE(cells.rows[k] >= 0 && cells.rows[k] < panel.rows(), where, "got row ",
                     cells.rows[k], ", expected below ", panel.rows());
    SG_REQUIRE_RANGE(cells.cells[k] >= 0 && cells.cells[k] < tape.rows() / kCellTape, where,
                     "got cell ", cells.cells[k], ", expected below ", tape.rows() / kCellTape);
  }
}

void require_parameters(const char* where, const Buffer& parameters, const Panel& panel) {
  require_buffer(where, "parameters", parameters, std::int64_t{kCellParameters} * panel.rows(),
                 size_of(panel.dtype()));
}

void require_memory(const char* where, const CellRows& cells, const Buffer& memory,
                    const Panel& panel) {
  require_buffer(where, "memory", memory, std::int64_t{2} * cells.streams * panel.rows(),
                 size_of(panel.dtype()));
}

}  // namespace

void require_cell(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                  const Buffer& after, const Panel& z, const Panel& tape) {
  constexpr char where[] = "Backend.cell";
  require_alike(where, "tape", tape, z);
  require_cells(where, cells, z, tape);
  require_parameters(where, parameters, z);
  require_memory(where, cells, before, z);
  require_memory(where, cells, after, z);
  SG_REQUIRE(before.data() != after.data(), where, "before and after are one buffer, expected two");
}

void require_cell_grad(const CellRows& cells, const Buffer& parameters, const Buffer& before,
                       const Panel& tape, const Panel& dz, const Buffer& dparameters) {
  constexpr char where[] = "Backend.cell_grad";
  require_alike(where, "tape", tape, dz);
  require_cells(where, cells, dz, tape);
  require_parameters(where, parameters, dz);
  require_parameters(where, dparameters, dz);
  require_memory(where, cells, before, dz);
}

void require_adam(const OptimizerParams& params, DType dtype, std::int64_t count,
                  const Buffer& weights, const Buffer& gradient, const Buffer* m, const Buffer* v) {
  constexpr char where[] = "Backend.adam";
  SG_REQUIRE(count >= 0, where, "got ", count, " elements, expected at least 0");
  const auto kind = static_cast<std::int32_t>(params.kind);
  SG_REQUIRE(kind >= 0 && kind <= static_cast<std::int32_t>(OptimizerKind::adagrad), where,
             "no such optimizer: got ", kind);
  SG_REQUIRE(params.kind != OptimizerKind::adam || (m && v), where,
             "got no m or v, expected both for adam");
  SG_REQUIRE(params.kind != OptimizerKind::adagrad || v, where,
             "got no v, expected one for adagrad");
  require_buffer(where, "weights", weights, count, size_of(dtype));
  require_buffer(where, "gradient", gradient, count, size_of(dtype));
  if (m) require_buffer(where, "m", *m, count, size_of(dtype));
  if (v) require_buffer(where, "v", *v, count, size_of(dtype));
}

void require_gate(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
                  const Buffer& product) {
  constexpr char where[] = "Backend.gate";
  require_buffer(where, "weight", weight, count, size_of(dtype));
  require_buffer(where, "gate", gate, count, size_of(dtype));
  require_buffer(where, "product", product, count, size_of(dtype));
}

void require_gate_grad(DType dtype, std::int64_t count, const Buffer& weight, const Buffer& gate,
                       const Buffer& dproduct, const Buffer& dweight, const Buffer& dgate) {
  for (const Buffer* buffer : {&weight, &gate, &dproduct, &dweight, &dgate}) {
    require_buffer("Backend.gate_grad", "array", *buffer, count, size_of(dtype));
  }
}

void require_gather(Span<const std::int32_t> map, DType dtype, const Buffer& in,
                    const Buffer& out) {
  require_gather_buffers(map, dtype, in, out);
  if (!map.empty()) require_gather_place(*std::max_element(map.begin(), map.end()), dtype, in);
}

void require_gather_buffers(Span<const std::int32_t> map, DType dtype, const Buffer& in,
                            const Buffer& out) {
  constexpr char where[] = "Backend.gather";
  require_buffer(where, "out", out, static_cast<std::int64_t>(map.size()), size_of(dtype));
  SG_REQUIRE(in.data() != out.data(), where, "in and out are one buffer, expected two");
}

void require_gather_place(std::int32_t place, DType dtype, const Buffer& in) {
  const auto limit = static_cast<std::int64_t>(in.bytes() / size_of(dtype));
  SG_REQUIRE_RANGE(place < limit, "Backend.gather", "got place ", place, " in map, expected below ",
                   limit);
}

}  // namespace sparsegrow
