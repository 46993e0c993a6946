// NumPy arrays at the border: taken as they are or refused, never converted or copied behind the
// caller's back.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sparsegrow/backend/backend.h"
#include "sparsegrow/base/span.h"

namespace sparsegrow::python {

namespace py = pybind11;

// Where a value came from, for messages: "[Trainer.train] x: ...".
struct Origin {
  const char* where;
  const char* argument;
};

// Throws TypeError for another dtype than `expected` (a NumPy dtype) and ValueError for another
// rank or for an array that is not C-contiguous and aligned.
void require_array(const py::array& array, const py::dtype& expected, int rank, Origin origin);

template <class T>
Span<const T> vector_view(const py::array& array, Origin origin) {
  require_array(array, py::dtype::of<T>(), 1, origin);
  return {static_cast<const T*>(array.data()), static_cast<std::size_t>(array.size())};
}

template <class T>
std::vector<T> vector_copy(const py::array& array, Origin origin) {
  const auto view = vector_view<T>(array, origin);
  return {view.begin(), view.end()};
}

// [samples][features] of float32 or float64.
SampleMatrix sample_matrix(const py::array& array, Origin origin);

// New arrays.
template <class T>
py::array_t<T> array_of(const std::vector<T>& values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

template <class T, std::size_t N>
py::array_t<T> array_of(const std::array<T, N>& values) {
  return py::array_t<T>(static_cast<py::ssize_t>(N), values.data());
}

// A read-only NumPy view of memory that `owner` keeps alive.
template <class T>
py::array view_of(const T* data, std::size_t size, py::handle owner) {
  py::array_t<T> view({static_cast<py::ssize_t>(size)}, data, owner);
  py::detail::array_proxy(view.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return view;
}

template <class T>
py::array view_of(const std::vector<T>& values, py::handle owner) {
  return view_of(values.data(), values.size(), owner);
}

DType dtype_named(const std::string& name, const char* where);  // "float32" | "float64"
py::dtype numpy_dtype(DType dtype);

}  // namespace sparsegrow::python
