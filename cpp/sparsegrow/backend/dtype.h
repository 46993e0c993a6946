// Element types of the engine. float32 is the working type; float64 exists so that gradients can be
// proved.
#pragma once

#include <cstddef>

namespace sparsegrow {

enum class DType { f32, f64 };

inline std::size_t size_of(DType type) { return type == DType::f32 ? 4 : 8; }
inline const char* name_of(DType type) { return type == DType::f32 ? "f32" : "f64"; }

template <class Real>
constexpr DType dtype_of() {
  return sizeof(Real) == 4 ? DType::f32 : DType::f64;
}

}  // namespace sparsegrow
