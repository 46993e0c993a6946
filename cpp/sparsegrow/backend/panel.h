// Activations of `rows` neurons for a batch, in the tile layout of kernel_params.h.
#pragma once

#include <memory>

#include "sparsegrow/backend/buffer.h"
#include "sparsegrow/backend/dtype.h"
#include "sparsegrow/backend/kernel_params.h"

namespace sparsegrow {

class Backend;

class Panel {
 public:
  Panel() = default;
  // Room for `rows` x `capacity` samples; starts with batch == capacity, all zero.
  Panel(Backend& backend, DType dtype, std::int32_t rows, std::int32_t capacity);

  // Takes the first samples only. The layout depends on the batch, so contents are undefined until
  // written; throws invalid_argument outside 0..capacity.
  void set_batch(std::int32_t batch);

  // Takes `batch` samples of so many rows: as the panel that it is, or as a new one where that has
  // other rows, another type or less room; its memory goes back before more is taken. Throws as the
  // constructor does; then it is empty.
  void reserve(Backend& backend, DType dtype, std::int32_t rows, std::int32_t batch);

  PanelShape shape() const { return shape_; }
  std::int32_t rows() const { return shape_.rows; }
  std::int32_t batch() const { return shape_.batch; }
  std::int32_t capacity() const { return capacity_; }
  DType dtype() const { return dtype_; }
  std::int64_t elements() const {
    return static_cast<std::int64_t>(shape_.rows) * padded_batch(shape_.batch);
  }
  const Buffer& buffer() const { return *buffer_; }
  template <class Real>
  Real* as() const {
    return buffer_->as<Real>();
  }

 private:
  std::shared_ptr<Buffer> buffer_;
  PanelShape shape_{0, 0};
  std::int32_t capacity_ = 0;
  DType dtype_ = DType::f32;
};

}  // namespace sparsegrow
