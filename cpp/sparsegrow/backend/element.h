// Reading and writing single elements of a buffer whose dtype is known at run time; for set-up, not
// for loops that a step runs.
#pragma once

#include <cstdint>

#include "sparsegrow/backend/buffer.h"
#include "sparsegrow/backend/dtype.h"

namespace sparsegrow {

inline double load_element(const Buffer& buffer, DType dtype, std::int64_t index) {
  return dtype == DType::f32 ? buffer.as<float>()[index] : buffer.as<double>()[index];
}

inline void store_element(Buffer& buffer, DType dtype, std::int64_t index, double value) {
  if (dtype == DType::f32) {
    buffer.as<float>()[index] = static_cast<float>(value);
  } else {
    buffer.as<double>()[index] = value;
  }
}

}  // namespace sparsegrow
