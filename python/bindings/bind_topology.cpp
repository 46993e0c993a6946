// Who is wired: counts per layer, random patterns, start values.
#include <pybind11/stl.h>

#include "bindings.h"
#include "pattern_arrays.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/erdos_renyi.h"
#include "sparsegrow/topology/layer_density.h"
#include "sparsegrow/train/initialise.h"

namespace sparsegrow::python {
namespace {

std::vector<LayerShape> shapes_of(const std::vector<std::int32_t>& widths) {
  SG_REQUIRE(widths.size() >= 2, "widths", "got ", widths.size(), " widths, expected at least 2");
  std::vector<LayerShape> shapes;
  for (std::size_t l = 1; l < widths.size(); ++l) {
    SG_REQUIRE(widths[l - 1] >= 1 && widths[l] >= 1, "widths", "got a width below 1");
    shapes.push_back({widths[l - 1], widths[l]});
  }
  return shapes;
}

py::tuple random_pattern(std::int32_t inputs, std::int32_t outputs, std::int64_t links,
                         std::uint64_t seed, std::uint64_t stream) {
  Pattern pattern;
  {
    py::gil_scoped_release release;
    pattern = erdos_renyi(inputs, outputs, links, Rng(seed, stream));
  }
  return arrays_of(pattern);
}

}  // namespace

void bind_topology(py::module_& module) {
  module.def(
      "links_by_epsilon",
      [](const std::vector<std::int32_t>& widths, double epsilon) {
        return links_by_epsilon(shapes_of(widths), epsilon);
      },
      py::arg("widths"), py::arg("epsilon"),
      "Erdos-Renyi links per layer, min(cells, epsilon (n + m)).");
  module.def(
      "links_uniform",
      [](const std::vector<std::int32_t>& widths, double density) {
        return links_uniform(shapes_of(widths), density);
      },
      py::arg("widths"), py::arg("density"), "The same density in each layer.");
  module.def(
      "links_erk",
      [](const std::vector<std::int32_t>& widths, double density) {
        return links_erk(shapes_of(widths), density);
      },
      py::arg("widths"), py::arg("density"), "ERK links per layer at a global density.");
  module.def("erdos_renyi", &random_pattern, py::arg("inputs"), py::arg("outputs"),
             py::arg("links"), py::arg("seed"), py::arg("stream") = 0,
             "Exactly `links` uniformly random cells as (row_begin, column), int32, row = output.");
}

}  // namespace sparsegrow::python
