// Patterns, positions and links as int32 arrays at the border.
#pragma once

#include <utility>
#include <vector>

#include "arrays.h"
#include "sparsegrow/topology/link.h"

namespace sparsegrow::python {

// (row_begin, column)
py::tuple arrays_of(const Pattern& pattern);
// (sources, targets)
py::tuple arrays_of(const Links& links);

// Sizes and indices are not looked at.
Pattern pattern_copy(const py::array& row_begin, const py::array& column, const char* where);

// Throws ValueError for a pattern that is not sound, see require_pattern.
Pattern pattern_of(const py::array& row_begin, const py::array& column, std::int32_t sources,
                   const char* where);

// Throws ValueError when there are not as many sources as targets.
Links links_of(const py::array& sources, const py::array& targets, const char* where);

}  // namespace sparsegrow::python
