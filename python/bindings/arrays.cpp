#include "arrays.h"

#include "sparsegrow/base/check.h"

namespace sparsegrow::python {
namespace {

std::string text(const py::handle& object) { return py::str(object).cast<std::string>(); }

[[noreturn]] void refuse(PyObject* kind, Origin origin, const std::string& what) {
  PyErr_SetString(kind, concat("[", origin.where, "] ", origin.argument, ": ", what).c_str());
  throw py::error_already_set();
}

void require_layout(const py::array& array, int rank, Origin origin) {
  if (array.ndim() != rank) {
    refuse(PyExc_ValueError, origin, concat("got ", array.ndim(), " dimensions, expected ", rank));
  }
  constexpr int kWanted = py::array::c_style | py::detail::npy_api::NPY_ARRAY_ALIGNED_;
  if ((array.flags() & kWanted) != kWanted) {
    refuse(
        PyExc_ValueError, origin,
        "got an array that is not C-contiguous and aligned, expected numpy.ascontiguousarray(...)");
  }
}

}  // namespace

void require_array(const py::array& array, const py::dtype& expected, int rank, Origin origin) {
  if (!array.dtype().equal(expected)) {
    refuse(PyExc_TypeError, origin,
           concat("got dtype ", text(array.dtype()), ", expected ", text(expected)));
  }
  require_layout(array, rank, origin);
}

SampleMatrix sample_matrix(const py::array& array, Origin origin) {
  const bool f32 = array.dtype().equal(py::dtype::of<float>());
  if (!f32 && !array.dtype().equal(py::dtype::of<double>())) {
    refuse(PyExc_TypeError, origin,
           concat("got dtype ", text(array.dtype()), ", expected float32 or float64"));
  }
  require_layout(array, 2, origin);
  if (array.shape(1) > INT32_MAX) {
    refuse(PyExc_ValueError, origin,
           concat("got ", array.shape(1), " features, expected at most ", INT32_MAX));
  }
  return {array.data(), f32 ? DType::f32 : DType::f64, array.shape(0),
          static_cast<std::int32_t>(array.shape(1))};
}

DType dtype_named(const std::string& name, const char* where) {
  SG_REQUIRE(name == "float32" || name == "float64", where, "got dtype '", name,
             "', expected 'float32' or 'float64'");
  return name == "float32" ? DType::f32 : DType::f64;
}

py::dtype numpy_dtype(DType dtype) {
  return dtype == DType::f32 ? py::dtype::of<float>() : py::dtype::of<double>();
}

}  // namespace sparsegrow::python
