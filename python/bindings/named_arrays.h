// Arrays that are made without the interpreter and then given to it by name.
#pragma once

#include <pybind11/numpy.h>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sparsegrow::python {

using AnyVector = std::variant<std::vector<std::uint8_t>, std::vector<std::int32_t>,
                               std::vector<std::int64_t>, std::vector<std::uint32_t>,
                               std::vector<std::uint64_t>, std::vector<float>, std::vector<double>>;
using NamedArrays = std::vector<std::pair<std::string, AnyVector>>;

// NumPy arrays that take the memory over.
pybind11::array array_of(AnyVector values);
pybind11::dict dict_of(NamedArrays arrays);

}  // namespace sparsegrow::python
