// Start topologies beyond chance, and start weights.
#include "bindings.h"
#include "pattern_arrays.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/feature_correlation.h"
#include "sparsegrow/topology/receptive_field.h"
#include "sparsegrow/topology/scale_free.h"
#include "sparsegrow/topology/small_world.h"
#include "sparsegrow/topology/swi.h"

namespace sparsegrow::python {
namespace {

template <class Draw>
py::tuple drawn(Draw draw) {
  Pattern pattern;
  {
    py::gil_scoped_release release;
    pattern = draw();
  }
  return arrays_of(pattern);
}

py::tuple lattice(std::int32_t inputs, std::int32_t outputs, std::int64_t links, double beta,
                  std::uint64_t seed, std::uint64_t stream) {
  return drawn([&] { return small_world(inputs, outputs, links, beta, Rng(seed, stream)); });
}

py::tuple hubs(std::int32_t inputs, std::int32_t outputs, std::int64_t links, double exponent,
               std::uint64_t seed, std::uint64_t stream) {
  return drawn([&] { return scale_free(inputs, outputs, links, exponent, Rng(seed, stream)); });
}

py::tuple field(std::int32_t inputs, std::int32_t outputs, std::int64_t links, double spread,
                const std::string& sizes, std::uint64_t seed, std::uint64_t stream) {
  SG_REQUIRE(sizes == "fixed" || sizes == "uniform", "receptive_field", "got sizes '", sizes,
             "', expected 'fixed' or 'uniform'");
  const auto kind = sizes == "fixed" ? FieldSizes::fixed : FieldSizes::uniform;
  return drawn(
      [&] { return receptive_field(inputs, outputs, links, spread, kind, Rng(seed, stream)); });
}

py::tuple correlated(const py::array& x, std::int32_t inputs, std::int32_t outputs,
                     std::int64_t links, std::uint64_t seed, std::uint64_t stream) {
  constexpr Origin origin{"correlated_features", "x"};
  require_array(x, py::dtype::of<float>(), 2, origin);
  const SampleMatrix matrix = sample_matrix(x, origin);
  const FeatureTable table{
      {static_cast<const float*>(matrix.data), static_cast<std::size_t>(x.size())},
      matrix.features};
  return drawn(
      [&] { return correlated_features(table, inputs, outputs, links, Rng(seed, stream)); });
}

py::array start_weights(const py::array& row_begin, const py::array& column, std::int32_t sources,
                        const std::string& fan_in, double gain, std::uint64_t seed,
                        std::uint64_t stream) {
  SG_REQUIRE(fan_in == "mean" || fan_in == "neuron", "swi_weights", "got fan_in '", fan_in,
             "', expected 'mean' or 'neuron'");
  const Pattern layer = pattern_of(row_begin, column, sources, "swi_weights");
  std::vector<float> weights;
  {
    py::gil_scoped_release release;
    weights =
        swi_weights(layer, fan_in == "mean" ? FanIn::mean : FanIn::neuron, gain, Rng(seed, stream));
  }
  return array_of(weights);
}

}  // namespace

void bind_starts(py::module_& module) {
  module.def("small_world", &lattice, py::arg("inputs"), py::arg("outputs"), py::arg("links"),
             py::arg("beta"), py::arg("seed"), py::arg("stream") = 0,
             "A ring lattice whose links move with probability beta, as (row_begin, column).");
  module.def("scale_free", &hubs, py::arg("inputs"), py::arg("outputs"), py::arg("links"),
             py::arg("exponent"), py::arg("seed"), py::arg("stream") = 0,
             "Degrees by a power law on both sides, as (row_begin, column).");
  module.def("receptive_field", &field, py::arg("inputs"), py::arg("outputs"), py::arg("links"),
             py::arg("spread"), py::arg("sizes"), py::arg("seed"), py::arg("stream") = 0,
             "Links around each neuron's own place, as (row_begin, column); sizes fixed or "
             "uniform.");
  module.def("correlated_features", &correlated, py::arg("x"), py::arg("inputs"),
             py::arg("outputs"), py::arg("links"), py::arg("seed"), py::arg("stream") = 0,
             "Links where the features of x, float32 [samples][features], are correlated, as "
             "(row_begin, column).");
  module.def("swi_weights", &start_weights, py::arg("row_begin"), py::arg("column"),
             py::arg("sources"), py::arg("fan_in"), py::arg("gain"), py::arg("seed"),
             py::arg("stream") = 0,
             "A float32 weight per link, normal with deviation gain / sqrt(fan_in); fan_in mean "
             "or neuron.");
}

}  // namespace sparsegrow::python
