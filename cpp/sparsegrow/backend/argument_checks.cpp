#include "sparsegrow/backend/argument_checks.h"

#include "sparsegrow/backend/backend.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {

void require_dtype(const char* where, const Backend& backend, DType dtype) {
  SG_REQUIRE(backend.supports(dtype), where, "device '", backend.name(), "' does not compute in ",
             name_of(dtype));
}

void require_buffer(const char* where, const char* name, const Buffer& buffer,
                    std::int64_t elements, std::size_t element_bytes) {
  const auto needed = static_cast<std::size_t>(elements) * element_bytes;
  SG_REQUIRE(buffer.bytes() >= needed, where, name, " is too small: got ", buffer.bytes(),
             " bytes, expected at least ", needed);
}

void require_rows(const char* where, const char* name, const Panel& panel, std::int64_t rows) {
  SG_REQUIRE(panel.rows() == rows, where, name, " has the wrong height: got ", panel.rows(),
             " rows, expected ", rows);
}

void require_range(const char* where, const char* name, const Panel& panel, std::int32_t first_row,
                   std::int32_t rows) {
  SG_REQUIRE(
      first_row >= 0 && rows >= 0 && rows <= panel.rows() && first_row <= panel.rows() - rows,
      where, name, " has no such rows: got ", rows, " from row ", first_row,
      ", expected them inside 0 to ", panel.rows());
}

void require_alike(const char* where, const char* name, const Panel& panel, const Panel& model) {
  SG_REQUIRE(panel.dtype() == model.dtype(), where, name, " has the wrong dtype: got ",
             name_of(panel.dtype()), ", expected ", name_of(model.dtype()));
  SG_REQUIRE(panel.batch() == model.batch(), where, name, " has the wrong batch: got ",
             panel.batch(), ", expected ", model.batch());
}

void require_level(const char* where, const RowPlan& plan, std::int32_t level) {
  SG_REQUIRE(level >= 0 && level < plan.levels(), where, "no such level: got ", level,
             ", expected 0 to ", plan.levels() - 1);
}

}  // namespace sparsegrow
