#include "sparsegrow/backend/panel.h"

#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/backend/backend.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {

Panel::Panel(Backend& backend, DType dtype, std::int32_t rows, std::int32_t capacity)
    : shape_{rows, capacity}, capacity_(capacity), dtype_(dtype) {
  SG_REQUIRE(rows >= 0 && capacity >= 0, "Panel", "got ", rows, " rows and batch ", capacity,
             ", expected neither below 0");
  require_dtype("Panel", backend, dtype);
  buffer_ = backend.allocate(static_cast<std::size_t>(elements()) * size_of(dtype));
}

void Panel::reserve(Backend& backend, DType dtype, std::int32_t rows, std::int32_t batch) {
  if (!buffer_ || rows != shape_.rows || dtype != dtype_ || batch > capacity_) {
    *this = Panel();
    *this = Panel(backend, dtype, rows, batch);
  }
  set_batch(batch);
}

void Panel::set_batch(std::int32_t batch) {
  SG_REQUIRE(batch >= 0 && batch <= capacity_, "Panel.set_batch", "got batch ", batch,
             ", expected 0 to ", capacity_);
  shape_.batch = batch;
}

}  // namespace sparsegrow
