// The topology rules of one layer, on its arrays: who goes and who comes.
#include <pybind11/stl.h>

#include "bindings.h"
#include "pattern_arrays.h"
#include "rule_names.h"
#include "sample_gradient.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/regrow_gradient.h"
#include "sparsegrow/topology/regrow_random.h"
#include "sparsegrow/topology/remove_magnitude.h"
#include "sparsegrow/topology/remove_relative.h"
#include "sparsegrow/topology/remove_sampled.h"
#include "sparsegrow/topology/remove_signed.h"

namespace sparsegrow::python {
namespace {

// Work without the GIL on what was taken from the arrays before.
template <class Work>
auto quietly(Work work) {
  py::gil_scoped_release release;
  return work();
}

Span<const float> weights_of(const py::array& weights, const char* where) {
  return vector_view<float>(weights, {where, "weights"});
}

py::array signed_positions(const py::array& weights, double fraction) {
  const auto view = weights_of(weights, "remove_signed");
  return array_of(quietly([&] { return remove_signed(view, fraction); }));
}

py::array magnitude_positions(const py::array& weights, std::int64_t count) {
  const auto view = weights_of(weights, "remove_magnitude");
  return array_of(quietly([&] { return remove_magnitude(view, count); }));
}

py::array relative_positions(const py::array& row_begin, const py::array& column,
                             std::int32_t sources, const py::array& weights, std::int64_t count) {
  const Pattern layer = pattern_copy(row_begin, column, "remove_relative");
  const auto view = weights_of(weights, "remove_relative");
  return array_of(quietly([&] { return remove_relative(layer, sources, view, count); }));
}

py::array sampled_positions(const py::array& row_begin, const py::array& column,
                            std::int32_t sources, const py::array& weights, std::int64_t count,
                            std::uint64_t seed, std::uint64_t stream, double alpha, double delta) {
  const Pattern layer = pattern_copy(row_begin, column, "remove_sampled");
  const auto view = weights_of(weights, "remove_sampled");
  return array_of(quietly([&] {
    return remove_sampled(layer, sources, view, count, {alpha, delta}, Rng(seed, stream));
  }));
}

py::tuple random_links(const py::array& row_begin, const py::array& column, std::int32_t sources,
                       std::int64_t count, std::uint64_t seed, std::uint64_t stream) {
  const Pattern layer = pattern_copy(row_begin, column, "regrow_random");
  return arrays_of(
      quietly([&] { return regrow_random(layer, sources, count, Rng(seed, stream)); }));
}

py::tuple l3_links(const py::array& row_begin, const py::array& column, std::int32_t sources,
                   std::int64_t count, const std::string& kind, const std::string& rule,
                   std::uint64_t seed, std::uint64_t stream) {
  const Pattern layer = pattern_copy(row_begin, column, "regrow_l3");
  const L3Kind score = named(kPathNames, kind, {"regrow_l3", "kind"});
  const ChoiceRule choice = named(kChoiceNames, rule, {"regrow_l3", "rule"});
  return arrays_of(
      quietly([&] { return regrow_l3(layer, sources, count, score, choice, Rng(seed, stream)); }));
}

py::tuple gradient_links(const py::array& row_begin, const py::array& column, std::int64_t count,
                         const py::array& x, const py::array& dy, std::uint64_t seed,
                         std::uint64_t stream) {
  const Pattern layer = pattern_copy(row_begin, column, "regrow_gradient");
  const SampleMatrix in = sample_matrix(x, {"regrow_gradient", "x"});
  const SampleMatrix back = sample_matrix(dy, {"regrow_gradient", "dy"});
  SG_REQUIRE(back.features == layer.rows(), "regrow_gradient", "dy: got ", back.features,
             " targets, expected ", layer.rows());
  return arrays_of(quietly([&] {
    SampleGradient gradient(in, back);
    return regrow_gradient(layer, in.features, count, std::ref(gradient), Rng(seed, stream),
                           gradient.block_targets());
  }));
}

void bind_removal(py::module_& module) {
  module.def("removal_count", &removal_count, py::arg("fraction"), py::arg("links"),
             "floor(fraction * links), forgiving what rounding does to whole products.");
  module.def("remove_signed", &signed_positions, py::arg("weights"), py::arg("fraction"),
             "Positions of that fraction of each sign, nearest to 0, and of all zeros.");
  module.def("remove_magnitude", &magnitude_positions, py::arg("weights"), py::arg("count"),
             "Positions of the `count` smallest |weight|; of equal ones the earlier go.");
  module.def("remove_relative", &relative_positions, py::arg("row_begin"), py::arg("column"),
             py::arg("sources"), py::arg("weights"), py::arg("count"),
             "Positions of the `count` links that matter least to both of their ends.");
  module.def("remove_sampled", &sampled_positions, py::arg("row_begin"), py::arg("column"),
             py::arg("sources"), py::arg("weights"), py::arg("count"), py::arg("seed"),
             py::arg("stream") = 0, py::kw_only(), py::arg("alpha") = 0.0, py::arg("delta") = 0.5,
             "Positions of `count` links; those that stay are sampled by importance.");
  module.def("removal_delta", &removal_delta, py::arg("start"), py::arg("end"), py::arg("progress"),
             "delta of remove_sampled, rising in a straight line.");
}

}  // namespace

void bind_rules(py::module_& module) {
  bind_removal(module);
  module.def("regrow_random", &random_links, py::arg("row_begin"), py::arg("column"),
             py::arg("sources"), py::arg("count"), py::arg("seed"), py::arg("stream") = 0,
             "`count` absent links as (sources, targets), each set equally likely.");
  module.def("regrow_l3", &l3_links, py::arg("row_begin"), py::arg("column"), py::arg("sources"),
             py::arg("count"), py::arg("kind"), py::arg("rule"), py::arg("seed"),
             py::arg("stream") = 0,
             "`count` absent links as (sources, targets), by paths of length 3; kind ch3_path, "
             "ch2_path, ch3_node or ch2_node, rule best or sampled.");
  module.def("regrow_gradient", &gradient_links, py::arg("row_begin"), py::arg("column"),
             py::arg("count"), py::arg("x"), py::arg("dy"), py::arg("seed"), py::arg("stream") = 0,
             "`count` absent links as (sources, targets) with the largest |gradient|, from "
             "float32 x [samples][sources] and dy [samples][targets].");
}

}  // namespace sparsegrow::python
