// Cache-line profiles of patterns, and graphs to compare them on.
#include <pybind11/stl.h>

#include "bindings.h"
#include "pattern_arrays.h"
#include "sparsegrow/locality/line_profile.h"
#include "sparsegrow/locality/synthetic.h"

namespace sparsegrow::python {
namespace {

LineProfile profile(const py::array& row_begin, const py::array& column, std::int32_t sources,
                    std::int32_t line, std::int32_t run, std::int32_t begin, std::int32_t end) {
  const Pattern pattern = pattern_of(row_begin, column, sources, "line_profile");
  py::gil_scoped_release release;
  return line_profile(pattern, {line, run}, {begin, end});
}

py::tuple transposed(const py::array& row_begin, const py::array& column, std::int32_t sources) {
  const Pattern pattern = pattern_of(row_begin, column, sources, "transposed");
  Pattern by_source;
  std::vector<std::int32_t> position;
  transpose(pattern, sources, by_source, position);
  return arrays_of(by_source);
}

py::tuple grown(std::int32_t nodes, std::int32_t sub_dags, std::int32_t fan_in, std::int32_t window,
                double bias, std::uint64_t seed) {
  Pattern pattern;
  {
    py::gil_scoped_release release;
    pattern = synthetic({nodes, sub_dags, fan_in, window, bias, seed});
  }
  return arrays_of(pattern);
}

py::tuple renamed(const py::array& row_begin, const py::array& column, const py::array& place) {
  const auto rows = static_cast<std::int32_t>(row_begin.size()) - 1;
  const Pattern pattern = pattern_of(row_begin, column, rows, "relabelled");
  return arrays_of(relabelled(pattern, vector_copy<std::int32_t>(place, {"relabelled", "place"})));
}

double worst_level(const py::array& row_begin, const py::array& level) {
  Pattern pattern;
  pattern.row_begin = vector_copy<std::int32_t>(row_begin, {"simd_worst_level", "row_begin"});
  return simd_worst_level(pattern, vector_copy<std::int32_t>(level, {"simd_worst_level", "level"}));
}

void bind_profile(py::module_& module) {
  py::class_<LineProfile>(module, "LineProfile",
                          "Cache lines that a gather over a pattern touches, in groups of 32.")
      .def_readonly("rows", &LineProfile::rows)
      .def_readonly("edges", &LineProfile::edges)
      .def_readonly("groups", &LineProfile::groups)
      .def_readonly("lines", &LineProfile::lines)
      .def_readonly("useful_bytes", &LineProfile::useful_bytes)
      .def_readonly("fetched_bytes", &LineProfile::fetched_bytes)
      .def_readonly("max_fan_in", &LineProfile::max_fan_in)
      .def_readonly("fan_in", &LineProfile::fan_in)
      .def_property_readonly("lines_per_32", &LineProfile::lines_per_group)
      .def_property_readonly("utilisation", &LineProfile::utilisation)
      .def_property_readonly("amplification", &LineProfile::amplification)
      .def_property_readonly("mean_fan_in", &LineProfile::mean_fan_in)
      .def_property_readonly("simd_worst", &LineProfile::simd_worst);
}

}  // namespace

void bind_locality(py::module_& module) {
  bind_profile(module);
  module.def("line_profile", &profile, py::arg("row_begin"), py::arg("column"), py::arg("sources"),
             py::kw_only(), py::arg("line") = 32, py::arg("run") = 1, py::arg("begin") = 0,
             py::arg("end") = INT32_MAX,
             "The profile of the edges whose column is in [begin, end); `line` floats per line, "
             "`run` floats per source.");
  module.def("simd_worst_level", &worst_level, py::arg("row_begin"), py::arg("level"),
             "Largest ratio of longest to mean row within one level.");
  module.def("transposed", &transposed, py::arg("row_begin"), py::arg("column"), py::arg("sources"),
             "The same edges by source, as (row_begin, column).");
  module.def("synthetic", &grown, py::kw_only(), py::arg("nodes"), py::arg("sub_dags"),
             py::arg("fan_in"), py::arg("window"), py::arg("bias"), py::arg("seed"),
             "Sub-DAGs grown one by one, as (row_begin, column).");
  module.def("relabelled", &renamed, py::arg("row_begin"), py::arg("column"), py::arg("place"),
             "The same graph with node i renamed to place[i].");
  module.def(
      "random_order",
      [](std::int32_t count, std::uint64_t seed) { return array_of(random_order(count, seed)); },
      py::arg("count"), py::arg("seed"), "A random permutation, int32.");
}

}  // namespace sparsegrow::python
