// The checks that several verbs make of one argument. Each throws invalid_argument as
// "[where] name ...: got .., expected ..".
#pragma once

#include <cstddef>
#include <cstdint>

#include "sparsegrow/backend/buffer.h"
#include "sparsegrow/backend/panel.h"
#include "sparsegrow/graph/row_plan.h"

namespace sparsegrow {

class Backend;

// A dtype that the device computes in.
void require_dtype(const char* where, const Backend& backend, DType dtype);
// Room for `elements` elements.
void require_buffer(const char* where, const char* name, const Buffer& buffer,
                    std::int64_t elements, std::size_t element_bytes);
// Exactly `rows` rows.
void require_rows(const char* where, const char* name, const Panel& panel, std::int64_t rows);
// The rows [first_row, first_row + rows) are inside the panel.
void require_range(const char* where, const char* name, const Panel& panel, std::int32_t first_row,
                   std::int32_t rows);
// The dtype and batch of `model`.
void require_alike(const char* where, const char* name, const Panel& panel, const Panel& model);
void require_level(const char* where, const RowPlan& plan, std::int32_t level);

}  // namespace sparsegrow
