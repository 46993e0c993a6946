#include "named_arrays.h"

#include <memory>

namespace sparsegrow::python {

namespace py = pybind11;

namespace {

template <class T>
py::array array_from(std::vector<T> values) {
  auto kept = std::make_unique<std::vector<T>>(std::move(values));
  const py::capsule owner(kept.get(), [](void* p) { delete static_cast<std::vector<T>*>(p); });
  const std::vector<T>& owned = *kept.release();
  return py::array_t<T>(static_cast<py::ssize_t>(owned.size()), owned.data(), owner);
}

}  // namespace

py::array array_of(AnyVector values) {
  return std::visit([](auto& own) -> py::array { return array_from(std::move(own)); }, values);
}

py::dict dict_of(NamedArrays arrays) {
  py::dict result;
  for (auto& named : arrays) result[py::str(named.first)] = array_of(std::move(named.second));
  return result;
}

}  // namespace sparsegrow::python
