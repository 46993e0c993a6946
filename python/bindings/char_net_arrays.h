// A growing network as named NumPy arrays, and back: what a checkpoint holds.
#pragma once

#include <memory>
#include <string>

#include "arrays.h"
#include "named_arrays.h"
#include "sparsegrow/grow/char_net.h"

namespace sparsegrow::python {

NamedArrays saved_arrays(const CharNet& net);  // needs no GIL

// Throws KeyError for an array that is missing, TypeError or ValueError for one that is not as
// saved_arrays() makes it, and invalid_argument for a topology that contradicts itself.
std::shared_ptr<CharNet> net_of_arrays(const py::dict& arrays, const std::string& device);

}  // namespace sparsegrow::python
