// One update of a layer's arrays: when, which links lead nowhere, and where each link went.
#include <pybind11/stl.h>

#include <algorithm>
#include <numeric>

#include "bindings.h"
#include "pattern_arrays.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/chain_removal.h"
#include "sparsegrow/topology/update_schedule.h"

namespace sparsegrow::python {
namespace {

using Arrays = std::pair<py::array, py::array>;

Positions positions_of(const py::array& array, const char* where) {
  return vector_copy<std::int32_t>(array, {where, "removed"});
}

// Where a link that is added stood before it was removed in the same update, or -1.
class Returned {
 public:
  Returned(const Pattern& layer, const Positions& removed) {
    const Links links = links_at(layer, removed);
    for (std::size_t i = 0; i < links.size(); ++i) were_.emplace_back(links[i], removed[i]);
    std::sort(were_.begin(), were_.end());
  }

  std::int32_t position_of(Link link) const {
    const auto at = std::lower_bound(were_.begin(), were_.end(), std::make_pair(link, 0));
    return at != were_.end() && at->first == link ? at->second : -1;
  }

 private:
  std::vector<std::pair<Link, std::int32_t>> were_;
};

// The columns of a pattern's origins are positions: the same steps carry links and where they were.
py::tuple rewired(const py::array& row_begin, const py::array& column, std::int32_t sources,
                  const py::array& removed, const Arrays& added_links, bool keep_regrown) {
  constexpr char where[] = "rewired";
  const Pattern layer = pattern_of(row_begin, column, sources, where);
  const Positions gone = positions_of(removed, where);
  const Links added = links_of(added_links.first, added_links.second, where);
  Pattern origin{layer.row_begin, std::vector<std::int32_t>(layer.column.size())}, changed;
  {
    py::gil_scoped_release release;
    std::iota(origin.column.begin(), origin.column.end(), 0);
    const Returned returned(layer, keep_regrown ? gone : Positions{});
    Links origins = added;
    for (Link& link : origins) link.source = returned.position_of(link);
    changed = with_links(without_positions(layer, gone), added);
    origin = with_links(without_positions(origin, gone), origins);
    require_pattern(changed, sources, where);
  }
  return py::make_tuple(array_of(changed.row_begin), array_of(changed.column),
                        array_of(origin.column));
}

py::tuple chain(const std::vector<Arrays>& layers, const std::vector<py::array>& removed,
                bool keep_last) {
  constexpr char where[] = "chain_removal";
  std::vector<Pattern> stack;
  std::vector<Positions> gone;
  for (const Arrays& layer : layers)
    stack.push_back(pattern_copy(layer.first, layer.second, where));
  for (const py::array& positions : removed) gone.push_back(positions_of(positions, where));
  ChainRemoval result;
  {
    py::gil_scoped_release release;
    result = chain_removal(stack, gone, keep_last);
  }
  py::list positions, alive;
  for (const Positions& cut : result.positions) positions.append(array_of(cut));
  for (const auto& marks : result.alive) {
    py::array_t<bool> flags(static_cast<py::ssize_t>(marks.size()));
    std::copy(marks.begin(), marks.end(), flags.mutable_data());
    alive.append(flags);
  }
  return py::make_tuple(positions, alive);
}

double overlap(const Arrays& removed, const Arrays& regrown) {
  const Links gone = links_of(removed.first, removed.second, "regrown_overlap");
  const Links come = links_of(regrown.first, regrown.second, "regrown_overlap");
  py::gil_scoped_release release;
  return regrown_overlap(gone, come);
}

UpdateSchedule schedule(std::int64_t every, std::int64_t end, double fraction,
                        const std::string& shape) {
  SG_REQUIRE(shape == "constant" || shape == "cosine", "UpdateSchedule", "got shape '", shape,
             "', expected 'constant' or 'cosine'");
  const auto form = shape == "cosine" ? FractionShape::cosine : FractionShape::constant;
  const UpdateSchedule result{every, end, fraction, form};
  validate(result);
  return result;
}

}  // namespace

void bind_layer_update(py::module_& module) {
  py::class_<UpdateSchedule>(module, "UpdateSchedule", "When topology is updated, and how much.")
      .def(py::init(&schedule), py::arg("every"), py::arg("end"), py::arg("fraction") = 0.3,
           py::arg("shape") = "constant")
      .def("due", &update_due, py::arg("time"),
           "Whether an update is due when `time` steps are done.")
      .def("fraction_at", &fraction_at, py::arg("time"), "The fraction to replace at `time`.");
  module.def(
      "rewired", &rewired, py::arg("row_begin"), py::arg("column"), py::arg("sources"),
      py::arg("removed"), py::arg("added"), py::arg("keep_regrown") = false,
      "The layer less `removed` with the links `added`, (sources, targets), at the ends of "
      "their rows, as (row_begin, column, origin); origin is the old position of each link, -1 "
      "if new. With keep_regrown a removed link that comes back is not new.");
  module.def(
      "links_at",
      [](const py::array& row_begin, const py::array& column, std::int32_t sources,
         const py::array& positions) {
        const Pattern layer = pattern_of(row_begin, column, sources, "links_at");
        return arrays_of(
            links_at(layer, vector_copy<std::int32_t>(positions, {"links_at", "positions"})));
      },
      py::arg("row_begin"), py::arg("column"), py::arg("sources"), py::arg("positions"),
      "The ends (sources, targets) of the links at those positions.");
  module.def("chain_removal", &chain, py::arg("layers"), py::arg("removed"), py::arg("keep_last"),
             "Positions, per layer of a stack, of links that lead nowhere once `removed` are "
             "gone, and which neurons between the layers are alive.");
  module.def("regrown_overlap", &overlap, py::arg("removed"), py::arg("regrown"),
             "The share of the regrown links (sources, targets) that had been removed.");
}

}  // namespace sparsegrow::python
