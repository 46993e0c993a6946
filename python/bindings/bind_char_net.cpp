// The growing network: sizes, mutations, snapshots, its parts as arrays.
#include <pybind11/stl.h>

#include "arrays.h"
#include "bindings.h"
#include "char_net_arrays.h"
#include "growing.h"
#include "sparsegrow/backend/element.h"
#include "sparsegrow/backend/registry.h"
#include "sparsegrow/grow/flat_graph.h"

namespace sparsegrow::python {
namespace {

PyCharNet make_net(std::uint64_t seed, std::int32_t context, std::int32_t max_depth,
                   const std::string& dtype, const std::string& device) {
  const CharNetConfig config{seed, context, max_depth, dtype_named(dtype, "CharNet")};
  return PyCharNet(std::make_shared<CharNet>(open_backend(device, config.dtype), config));
}

py::dict sub_dags(const PyCharNet& self) {
  const CharNet& net = *self.net;
  const Wiring& wiring = net.wiring();
  const auto& group = wiring.graph->nodes.group_begin;
  const auto& row_begin = net.csr().by_target.row_begin;
  std::vector<std::int32_t> context, hidden, inputs, depth, memory(kVocabulary), edges;
  for (const NodeId node : wiring.memory) {
    ++memory[static_cast<std::size_t>(
        wiring.graph->nodes.spec[static_cast<std::size_t>(node)].group)];
  }
  for (std::int32_t s = 0; s < kVocabulary; ++s) {
    const auto i = static_cast<std::size_t>(s),
               output = static_cast<std::size_t>(net.first_output() + s);
    const SubDag& sub_dag = wiring.sub_dags[i];
    context.push_back(sub_dag.context);
    inputs.push_back(static_cast<std::int32_t>(sub_dag.inputs.size()));
    hidden.push_back(group[i + 1] - group[i]);
    depth.push_back(wiring.depth(s));
    edges.push_back(kVocabulary * context.back() * inputs.back() +
                    row_begin[static_cast<std::size_t>(group[i + 1])] -
                    row_begin[static_cast<std::size_t>(group[i])] + row_begin[output + 1] -
                    row_begin[output]);
  }
  return py::dict(py::arg("context") = array_of(context), py::arg("hidden") = array_of(hidden),
                  py::arg("input_neurons") = array_of(inputs), py::arg("depth") = array_of(depth),
                  py::arg("memory") = array_of(memory), py::arg("edges") = array_of(edges));
}

py::dict neurons(const PyCharNet& self) {
  const CharNet& net = *self.net;
  const Wiring& wiring = net.wiring();
  const Csr& csr = net.csr();
  const auto hidden = static_cast<std::size_t>(wiring.hidden());
  std::vector<std::int32_t> node, sub_dag, layer, memory(hidden), fan_in, fan_out;
  for (std::size_t row = 0; row < hidden; ++row) {
    node.push_back(wiring.graph->nodes.node[row]);
    const auto& spec = wiring.graph->nodes.spec[static_cast<std::size_t>(node.back())];
    sub_dag.push_back(spec.group);
    layer.push_back(csr.target_level[row]);
    const std::int32_t context = wiring.sub_dags[static_cast<std::size_t>(spec.group)].context;
    fan_in.push_back(layer.back() == 1
                         ? kVocabulary * context
                         : csr.by_target.row_begin[row + 1] - csr.by_target.row_begin[row]);
    fan_out.push_back(csr.by_source.row_begin[row + 1] - csr.by_source.row_begin[row]);
  }
  for (const NodeId id : wiring.memory) {
    memory[static_cast<std::size_t>(wiring.graph->nodes.row[static_cast<std::size_t>(id)])] = 1;
  }
  const std::vector<float> signal(net.signal().begin(),
                                  net.signal().begin() + static_cast<std::ptrdiff_t>(hidden));
  return py::dict(py::arg("node") = array_of(node), py::arg("sub_dag") = array_of(sub_dag),
                  py::arg("layer") = array_of(layer), py::arg("memory") = array_of(memory),
                  py::arg("fan_in") = array_of(fan_in), py::arg("fan_out") = array_of(fan_out),
                  py::arg("signal") = array_of(signal));
}

py::dict whole_graph(const PyCharNet& self) {
  const FlatGraph flat = flat_graph(*self.net);
  return py::dict(py::arg("row_begin") = array_of(flat.by_target.row_begin),
                  py::arg("column") = array_of(flat.by_target.column),
                  py::arg("level") = array_of(flat.level), py::arg("places") = flat.places(),
                  py::arg("first_pattern") = flat.first_pattern,
                  py::arg("first_neuron") = flat.first_neuron);
}

py::array_t<float> gates(const PyCharNet& self) {
  const CharNet& net = *self.net;
  net.backend().finish();
  std::vector<float> products;
  for (std::int32_t e = 0; e < net.csr().edges(); ++e) {
    products.push_back(
        static_cast<float>(load_element(net.hidden_state().buffer("weight"), net.dtype(), e) *
                           load_element(net.hidden_state().buffer("gate"), net.dtype(), e)));
  }
  return array_of(products);
}

std::int32_t deepest(const Wiring& wiring) {
  std::int32_t depth = 0;
  for (std::int32_t s = 0; s < kVocabulary; ++s) depth = std::max(depth, wiring.depth(s));
  return depth;
}

bool same(const Proposal& a, const Proposal& b) {
  return a.kind == b.kind && a.sub_dag == b.sub_dag && a.layer == b.layer && a.count == b.count &&
         a.seed == b.seed;
}

std::string described(const Proposal& p) {
  return "Proposal(kind='" + std::string(name_of(p.kind)) +
         "', sub_dag=" + std::to_string(p.sub_dag) + ", layer=" + std::to_string(p.layer) +
         ", count=" + std::to_string(p.count) + ", seed=" + std::to_string(p.seed) + ")";
}

void bind_proposal(py::module_& module) {
  py::class_<Proposal>(module, "Proposal", "A mutation that somebody proposes.")
      .def(py::init([](const std::string& kind, std::int32_t sub_dag, std::int32_t layer,
                       std::int64_t count, std::uint64_t seed) {
             return Proposal{mutation_named(kind), sub_dag, layer, count, seed};
           }),
           py::kw_only(), py::arg("kind"), py::arg("sub_dag") = -1, py::arg("layer") = 0,
           py::arg("count") = 1, py::arg("seed") = 0)
      .def_property(
          "kind", [](const Proposal& p) { return std::string(name_of(p.kind)); },
          [](Proposal& p, const std::string& kind) { p.kind = mutation_named(kind); })
      .def_readwrite("sub_dag", &Proposal::sub_dag)
      .def_readwrite("layer", &Proposal::layer)
      .def_readwrite("count", &Proposal::count)
      .def_readwrite("seed", &Proposal::seed)
      .def("__eq__", &same)
      .def("__repr__", &described);
}

void bind_sizes(py::class_<PyCharNet>& net) {
  net.def_property_readonly("device",
                            [](const PyCharNet& n) { return std::string(n.net->backend().name()); })
      .def_property_readonly("edges", [](const PyCharNet& n) { return n.net->edges(); })
      .def_property_readonly("input_edges",
                             [](const PyCharNet& n) { return n.net->wiring().input_edges(); })
      .def_property_readonly("hidden_edges",
                             [](const PyCharNet& n) { return n.net->csr().edges(); })
      .def_property_readonly("pattern_edges",
                             [](const PyCharNet& n) { return n.net->patterns().edges(); })
      .def_property_readonly("patterns",
                             [](const PyCharNet& n) { return n.net->patterns().wired(); })
      .def_property_readonly("parameters", [](const PyCharNet& n) { return n.net->parameters(); })
      .def_property_readonly("hidden", [](const PyCharNet& n) { return n.net->wiring().hidden(); })
      .def_property_readonly("depth", [](const PyCharNet& n) { return deepest(n.net->wiring()); })
      .def_property_readonly("context",
                             [](const PyCharNet& n) { return n.net->wiring().context(); })
      .def_property_readonly("memory_neurons",
                             [](const PyCharNet& n) { return n.net->wiring().memory.size(); })
      .def_property_readonly("bytes", [](const PyCharNet& n) { return n.net->bytes(); })
      .def_property_readonly("peak_bytes", [](const PyCharNet& n) { return n.net->peak_bytes(); })
      .def_property_readonly("max_depth",
                             [](const PyCharNet& n) { return n.net->wiring().max_depth; })
      .def_property_readonly("steps", [](const PyCharNet& n) { return n.net->steps; });
}

}  // namespace

void bind_char_net(py::module_& module) {
  bind_proposal(module);
  py::class_<CharNet::Snapshot>(module, "CharNetSnapshot", "A state to roll back to.");
  py::class_<PyCharNet> net(module, "CharNet", "The growing network; starts as the embryo.");
  net.def(py::init(&make_net), py::kw_only(), py::arg("seed") = 0, py::arg("context") = 2,
          py::arg("max_depth") = 5, py::arg("dtype") = "float32", py::arg("device") = "cpu")
      .def("sub_dags", &sub_dags, "int32 [98] of each: context, hidden, input_neurons, ...")
      .def("neurons", &neurons, "Arrays over the hidden neurons, in order of their rows.")
      .def(
          "hidden_graph",
          [](const PyCharNet& n) {
            const Pattern& pattern = n.net->csr().by_target;
            return py::make_tuple(array_of(pattern.row_begin), array_of(pattern.column));
          },
          "CSR by target over the hidden neurons, then the outputs.")
      .def("flat_graph", &whole_graph,
           "The whole graph over one array: one-hot inputs, pattern inputs, neurons, outputs.")
      .def("gates", &gates, "weight * gate of each edge of the hidden graph.")
      .def("grow", &PyCharNet::grow, py::arg("proposals"),
           "All proposals in one commit; returns the edges of each.",
           py::call_guard<py::gil_scoped_release>())
      .def(
          "snapshot", [](const PyCharNet& n) { return n.net->snapshot(); },
          "Everything needed to come back to this moment.")
      .def(
          "rollback", [](PyCharNet& n, const CharNet::Snapshot& s) { n.net->rollback(s); },
          py::arg("snapshot"), "Exact bits, moments included.")
      .def(
          "arrays", [](const PyCharNet& n) { return arrays_of(*n.net); },
          "Everything that must be saved.")
      .def_static(
          "from_arrays",
          [](const py::dict& arrays, const std::string& device) {
            return PyCharNet(net_of_arrays(arrays, device));
          },
          py::arg("arrays"), py::arg("device") = "cpu", "The inverse of arrays().");
  bind_sizes(net);
}

}  // namespace sparsegrow::python
