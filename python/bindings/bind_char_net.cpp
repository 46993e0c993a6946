// The growing network: sizes, mutations, snapshots, its parts as arrays.
#include <pybind11/stl.h>

#include <map>
#include <string>
#include <vector>

#include "arrays.h"
#include "bindings.h"
#include "char_net_arrays.h"
#include "named_arrays.h"
#include "pattern_arrays.h"
#include "shared_net.h"
#include "sparsegrow/backend/element.h"
#include "sparsegrow/backend/registry.h"
#include "sparsegrow/grow/char_trainer.h"
#include "sparsegrow/grow/flat_graph.h"

namespace sparsegrow::python {
namespace {

PyCharNet make_net(std::uint64_t seed, std::int32_t context, std::int32_t max_depth,
                   const std::string& dtype, const std::string& device) {
  const CharNetConfig config{seed, context, max_depth, dtype_named(dtype, "CharNet")};
  py::gil_scoped_release release;
  return {std::make_shared<CharNet>(open_backend(device, config.dtype), config)};
}

NamedArrays sub_dags(const CharNet& net) {
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
  return {{"context", context}, {"hidden", hidden}, {"input_neurons", inputs},
          {"depth", depth},     {"memory", memory}, {"edges", edges}};
}

NamedArrays neurons(const CharNet& net) {
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
  return {{"node", node},     {"sub_dag", sub_dag}, {"layer", layer},  {"memory", memory},
          {"fan_in", fan_in}, {"fan_out", fan_out}, {"signal", signal}};
}

py::dict whole_graph(const PyCharNet& self) {
  const FlatGraph flat = self.alone(&flat_graph);
  return py::dict(py::arg("row_begin") = array_of(flat.by_target.row_begin),
                  py::arg("column") = array_of(flat.by_target.column),
                  py::arg("level") = array_of(flat.level), py::arg("places") = flat.places(),
                  py::arg("first_pattern") = flat.first_pattern,
                  py::arg("first_neuron") = flat.first_neuron);
}

std::vector<float> gates(const CharNet& net) {
  net.backend().finish();
  std::vector<float> products;
  for (std::int32_t e = 0; e < net.csr().edges(); ++e) {
    products.push_back(
        static_cast<float>(load_element(net.hidden_state().buffer("weight"), net.dtype(), e) *
                           load_element(net.hidden_state().buffer("gate"), net.dtype(), e)));
  }
  return products;
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

struct NetSize {
  const char* name;
  std::int64_t (*of)(const CharNet&);
};

constexpr NetSize kNetSizes[] = {
    {"edges", [](const CharNet& n) { return n.edges(); }},
    {"input_edges", [](const CharNet& n) { return n.wiring().input_edges(); }},
    {"hidden_edges", [](const CharNet& n) { return std::int64_t{n.csr().edges()}; }},
    {"pattern_edges", [](const CharNet& n) { return std::int64_t{n.patterns().edges()}; }},
    {"patterns", [](const CharNet& n) { return std::int64_t{n.patterns().wired()}; }},
    {"parameters", [](const CharNet& n) { return n.parameters(); }},
    {"hidden", [](const CharNet& n) { return std::int64_t{n.wiring().hidden()}; }},
    {"depth", [](const CharNet& n) { return std::int64_t{deepest(n.wiring())}; }},
    {"context", [](const CharNet& n) { return std::int64_t{n.wiring().context()}; }},
    {"memory_neurons",
     [](const CharNet& n) { return static_cast<std::int64_t>(n.wiring().memory.size()); }},
    {"bytes", [](const CharNet& n) { return n.bytes(); }},
    {"peak_bytes", [](const CharNet& n) { return n.peak_bytes(); }},
    {"max_depth", [](const CharNet& n) { return std::int64_t{n.wiring().max_depth}; }},
    {"steps", [](const CharNet& n) { return n.steps; }},
};

std::map<std::string, std::int64_t> sizes(const CharNet& net) {
  std::map<std::string, std::int64_t> found;
  for (const NetSize& size : kNetSizes) found[size.name] = size.of(net);
  return found;
}

void bind_sizes(py::class_<PyCharNet>& net) {
  net.def_property_readonly(
      "device", [](const PyCharNet& n) { return std::string(n.net->backend().name()); });
  for (const NetSize& size : kNetSizes) {
    net.def_property_readonly(size.name,
                              [of = size.of](const PyCharNet& n) { return n.alone(of); });
  }
  net.def(
      "sizes", [](const PyCharNet& n) { return n.alone(&sizes); }, "All of them, of one moment.");
}

void bind_reading(py::class_<PyCharNet>& net) {
  net.def(
         "sub_dags", [](const PyCharNet& n) { return dict_of(n.alone(&sub_dags)); },
         "int32 [98] of each: context, hidden, input_neurons, ...")
      .def(
          "neurons", [](const PyCharNet& n) { return dict_of(n.alone(&neurons)); },
          "Arrays over the hidden neurons, in order of their rows.")
      .def(
          "hidden_graph",
          [](const PyCharNet& n) {
            return arrays_of(n.alone([](const CharNet& net) { return net.csr().by_target; }));
          },
          "CSR by target over the hidden neurons, then the outputs.")
      .def("flat_graph", &whole_graph,
           "The whole graph over one array: one-hot inputs, pattern inputs, neurons, outputs.")
      .def(
          "gates", [](const PyCharNet& n) { return array_of(n.alone(&gates)); },
          "weight * gate of each edge of the hidden graph.")
      .def(
          "evaluate",
          [](const PyCharNet& n, const py::array& tokens, std::int64_t begin, std::int64_t count,
             bool spread) {
            const auto text = vector_view<Token>(tokens, {"CharNet.evaluate", "tokens"});
            return n.alone([&](CharNet& net) { return evaluate(net, text, begin, count, spread); });
          },
          py::arg("tokens"), py::arg("begin") = 0, py::arg("count") = -1, py::arg("spread") = false,
          "Bits of a text, without a change.");
}

void bind_change(py::class_<PyCharNet>& net) {
  net.def(
         "grow",
         [](const PyCharNet& n, const std::vector<Proposal>& proposals) {
           return n.alone([&](CharNet& net) { return net.grow(proposals, {}); });
         },
         py::arg("proposals"),
         "All proposals in one commit; returns the edges of each. A trainer's grow can specialise.")
      .def(
          "snapshot",
          [](const PyCharNet& n) { return n.alone([](CharNet& net) { return net.snapshot(); }); },
          "Everything needed to come back to this moment.")
      .def(
          "rollback",
          [](const PyCharNet& n, const CharNet::Snapshot& saved) {
            n.alone([&](CharNet& net) { net.rollback(saved); });
          },
          py::arg("snapshot"), "Exact bits, moments included.");
}

}  // namespace

void bind_char_net(py::module_& module) {
  bind_proposal(module);
  py::class_<CharNet::Snapshot>(module, "CharNetSnapshot", "A state to roll back to.");
  py::class_<PyCharNet> net(module, "CharNet", "The growing network; starts as the embryo.");
  net.def(py::init(&make_net), py::kw_only(), py::arg("seed") = 0, py::arg("context") = 2,
          py::arg("max_depth") = 5, py::arg("dtype") = "float32", py::arg("device") = "cpu")
      .def(
          "arrays", [](const PyCharNet& n) { return dict_of(n.alone(&saved_arrays)); },
          "Everything that must be saved.")
      .def_static(
          "from_arrays",
          [](const py::dict& arrays, const std::string& device) {
            return PyCharNet{net_of_arrays(arrays, device)};
          },
          py::arg("arrays"), py::arg("device") = "cpu", "The inverse of arrays().");
  bind_sizes(net);
  bind_reading(net);
  bind_change(net);
}

}  // namespace sparsegrow::python
