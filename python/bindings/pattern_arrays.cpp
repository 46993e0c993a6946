#include "pattern_arrays.h"

#include "sparsegrow/base/check.h"

namespace sparsegrow::python {

py::tuple arrays_of(const Pattern& pattern) {
  return py::make_tuple(array_of(pattern.row_begin), array_of(pattern.column));
}

py::tuple arrays_of(const Links& links) {
  const auto size = static_cast<py::ssize_t>(links.size());
  py::array_t<std::int32_t> sources(size), targets(size);
  for (std::size_t i = 0; i < links.size(); ++i) {
    sources.mutable_data()[i] = links[i].source;
    targets.mutable_data()[i] = links[i].target;
  }
  return py::make_tuple(sources, targets);
}

Pattern pattern_copy(const py::array& row_begin, const py::array& column, const char* where) {
  return {vector_copy<std::int32_t>(row_begin, {where, "row_begin"}),
          vector_copy<std::int32_t>(column, {where, "column"})};
}

Pattern pattern_of(const py::array& row_begin, const py::array& column, std::int32_t sources,
                   const char* where) {
  Pattern pattern = pattern_copy(row_begin, column, where);
  require_pattern(pattern, sources, where);
  return pattern;
}

Links links_of(const py::array& sources, const py::array& targets, const char* where) {
  const auto from = vector_view<std::int32_t>(sources, {where, "sources"});
  const auto to = vector_view<std::int32_t>(targets, {where, "targets"});
  SG_REQUIRE(from.size() == to.size(), where, "got ", from.size(), " sources and ", to.size(),
             " targets, expected as many of each");
  Links links(from.size());
  for (std::size_t i = 0; i < links.size(); ++i) links[i] = {from[i], to[i]};
  return links;
}

}  // namespace sparsegrow::python
