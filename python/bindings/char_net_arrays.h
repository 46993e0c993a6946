// A growing network as named NumPy arrays, and back: what a checkpoint holds.
#pragma once

#include <memory>
#include <string>

#include "arrays.h"
#include "sparsegrow/grow/char_net.h"

namespace sparsegrow::python {

py::dict arrays_of(const CharNet& net);

// Throws KeyError for an array that is missing, TypeError or ValueError for one that is not as
// arrays_of() makes it, and invalid_argument for a topology that contradicts itself.
std::shared_ptr<CharNet> net_of_arrays(const py::dict& arrays, const std::string& device);

}  // namespace sparsegrow::python
