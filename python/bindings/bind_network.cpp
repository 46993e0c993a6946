// Networks: built as layered nets, grown by mutations, saved and restored by their arrays.
#include <pybind11/stl.h>

#include <cstring>
#include <memory>

#include "arrays.h"
#include "bindings.h"
#include "named_arrays.h"
#include "shared_net.h"
#include "sparsegrow/backend/element.h"
#include "sparsegrow/backend/registry.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/layered.h"
#include "sparsegrow/train/initialise.h"
#include "sparsegrow/train/network.h"

namespace sparsegrow::python {
namespace {

using Layer = std::pair<py::array, py::array>;  // row_begin, column

PyNetwork make_layered(const std::vector<std::int32_t>& widths, const std::vector<Layer>& layers,
                       HiddenActivation hidden, ActivationKind output, double slope,
                       const std::string& dtype, const std::string& device) {
  std::vector<Pattern> links;
  for (const auto& [row_begin, column] : layers) {
    links.push_back({vector_copy<std::int32_t>(row_begin, {"Network.layered", "row_begin"}),
                     vector_copy<std::int32_t>(column, {"Network.layered", "column"})});
  }
  const NetworkConfig config{dtype_named(dtype, "Network.layered"), hidden, output, slope};
  py::gil_scoped_release release;
  return {std::make_shared<Network>(open_backend(device, config.dtype),
                                    layered_graph(widths, links), config)};
}

AnyVector copy_of(const Network& net, const Buffer& buffer, std::int64_t count) {
  net.backend().finish();
  if (net.config().dtype == DType::f32) {
    return std::vector<float>(buffer.as<float>(), buffer.as<float>() + count);
  }
  return std::vector<double>(buffer.as<double>(), buffer.as<double>() + count);
}

py::array get_state(const PyNetwork& self, const std::string& name) {
  return array_of(self.alone([&](const Network& net) {
    const StateEntry& entry = net.state().entry(name);
    return copy_of(net, *entry.buffer, net.state().count(entry));
  }));
}

py::array get_gradient(const PyNetwork& self, const std::string& name) {
  return array_of(self.alone([&](const Network& net) {
    return copy_of(net, net.gradient(name), net.state().count(net.state().entry(name)));
  }));
}

void set_state(const PyNetwork& self, const std::string& name, const py::array& values) {
  require_array(values, numpy_dtype(self.net->config().dtype), 1,
                {"Network.set_state", name.c_str()});
  const Span<const char> bytes(static_cast<const char*>(values.data()),
                               static_cast<std::size_t>(values.nbytes()));
  const std::int64_t size = values.size();
  self.alone([&](Network& net) {
    const StateEntry& entry = net.state().entry(name);
    SG_REQUIRE(size == net.state().count(entry), "Network.set_state", name, ": got ", size,
               " values, expected ", net.state().count(entry));
    net.backend().finish();
    if (bytes.size() > 0) std::memcpy(entry.buffer->data(), bytes.data(), bytes.size());
  });
}

std::vector<std::string> state_names(const Network& net) {
  std::vector<std::string> names;
  for (const auto& e : net.state().entries()) names.push_back(e.name);
  return names;
}

void initialise(Network& net, InitKind kind, double scale, std::uint64_t seed) {
  const auto weights = initial_weights(net.graph().csr().by_target, {kind, scale}, seed);
  Buffer& values = net.state().buffer("weight");
  for (std::size_t e = 0; e < weights.size(); ++e) {
    store_element(values, net.config().dtype, static_cast<std::int64_t>(e), weights[e]);
  }
}

std::vector<NodeSpec> specs_of(const std::vector<std::pair<std::int32_t, std::int32_t>>& nodes) {
  std::vector<NodeSpec> specs;
  for (const auto& [group, min_level] : nodes) specs.push_back({group, min_level, false});
  return specs;
}

std::vector<EdgeEnds> ends_of(const py::array& sources, const py::array& targets) {
  const auto from = vector_view<std::int32_t>(sources, {"Network.grow", "added_sources"});
  const auto to = vector_view<std::int32_t>(targets, {"Network.grow", "added_targets"});
  SG_REQUIRE(from.size() == to.size(), "Network.grow", "got ", from.size(), " sources and ",
             to.size(), " targets, expected as many of each");
  std::vector<EdgeEnds> ends;
  for (std::size_t k = 0; k < from.size(); ++k) ends.push_back({from[k], to[k]});
  return ends;
}

Remap grow(const PyNetwork& self, const py::array& added_sources, const py::array& added_targets,
           const py::array& weights, const py::array& removed_positions,
           const std::vector<std::pair<std::int32_t, std::int32_t>>& new_nodes,
           const std::vector<NodeId>& removed_nodes) {
  Mutation mutation;
  mutation.added_edges = ends_of(added_sources, added_targets);
  mutation.removed_positions =
      vector_copy<std::int32_t>(removed_positions, {"Network.grow", "removed_positions"});
  mutation.new_nodes = specs_of(new_nodes);
  mutation.removed_nodes = removed_nodes;
  const auto start = vector_copy<double>(weights, {"Network.grow", "weights"});
  return self.alone([&](Network& net) { return net.grow(mutation, start); });
}

py::list stats_list(const PyNetwork& self) {
  py::list result;
  for (const auto& s : self.alone([](Network& net) { return net.activation_stats(); })) {
    result.append(py::dict(py::arg("mean") = s.mean, py::arg("mean_square") = s.mean_square,
                           py::arg("max_abs") = s.max_abs,
                           py::arg("zero_fraction") = s.zero_fraction));
  }
  return result;
}

void bind_state(py::class_<PyNetwork>& network) {
  network
      .def_property_readonly("state_names",
                             [](const PyNetwork& self) { return self.alone(&state_names); })
      .def("state", &get_state, py::arg("name"), "A copy of a state array.")
      .def("set_state", &set_state, py::arg("name"), py::arg("values"), "Overwrites a state array.")
      .def("gradient", &get_gradient, py::arg("name"), "A copy of a parameter's gradient.")
      .def(
          "initialise",
          [](const PyNetwork& self, InitKind kind, double scale, std::uint64_t seed) {
            self.alone([&](Network& net) { initialise(net, kind, scale, seed); });
          },
          py::arg("kind"), py::arg("scale"), py::arg("seed"), "Draws start weights.")
      .def(
          "snapshot",
          [](const PyNetwork& self) {
            return self.alone([](const Network& net) { return net.snapshot(); });
          },
          "Everything needed to come back to this moment.")
      .def(
          "rollback",
          [](const PyNetwork& self, const Network::Snapshot& saved) {
            self.alone([&](Network& net) { net.rollback(saved); });
          },
          py::arg("snapshot"), "Exact bits, moments included.")
      .def_property(
          "steps",
          [](const PyNetwork& self) { return self.alone([](Network& net) { return net.steps; }); },
          [](const PyNetwork& self, std::int64_t steps) {
            SG_REQUIRE(steps >= 0, "Network.steps", "got ", steps, ", expected 0 or more");
            self.alone([&](Network& net) { net.steps = steps; });
          },
          "Optimizer steps taken.");
}

void bind_sizes(py::class_<PyNetwork>& network) {
  network
      .def_property_readonly("parameters",
                             [](const PyNetwork& self) {
                               return self.alone([](Network& net) { return net.parameters(); });
                             })
      .def_property_readonly("bytes",
                             [](const PyNetwork& self) {
                               return self.alone([](Network& net) { return net.bytes(); });
                             })
      .def_property_readonly("edges", [](const PyNetwork& self) {
        return self.alone([](const Network& net) { return net.graph().csr().edges(); });
      });
}

}  // namespace

void bind_network(py::module_& module) {
  py::class_<Network::Snapshot>(module, "NetworkSnapshot", "A state of a network to roll back to.");
  py::class_<PyNetwork> network(module, "Network", "A sparse network with its state.");
  network
      .def_static("layered", &make_layered, py::arg("widths"), py::arg("layers"), py::arg("hidden"),
                  py::arg("output"), py::arg("slope"), py::arg("dtype") = "float32",
                  py::arg("device") = "cpu", "A stack of layers, each (row_begin, column) int32.")
      .def("grow", &grow, py::arg("added_sources"), py::arg("added_targets"), py::arg("weights"),
           py::arg("removed_positions"),
           py::arg("new_nodes") = std::vector<std::pair<std::int32_t, std::int32_t>>{},
           py::arg("removed_nodes") = std::vector<NodeId>{},
           "One commit; all state is carried over.")
      .def_property_readonly(
          "graph",
          [](const PyNetwork& self) {
            return self.alone([](const Network& net) { return Graph(net.graph()); });
          },
          "A copy of the graph; changing it does not change the network.")
      .def("activation_stats", &stats_list,
           "Mean, mean square, maximum and zero fraction per level.");
  bind_sizes(network);
  bind_state(network);
}

}  // namespace sparsegrow::python
