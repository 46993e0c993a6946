// The graph as Python sees it: edits by arrays, one commit, read-only views of the committed
// topology.
#include <pybind11/stl.h>

#include "arrays.h"
#include "bindings.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/graph/graph.h"

namespace sparsegrow::python {
namespace {

void require_pairs(std::size_t sources, std::size_t targets, const char* where) {
  SG_REQUIRE(sources == targets, where, "got ", sources, " sources and ", targets,
             " targets, expected as many of each");
}

void add_edges(Graph& graph, const py::array& sources, const py::array& targets) {
  Mutation mutation;
  const auto from = vector_view<std::int32_t>(sources, {"Graph.add_edges", "sources"});
  const auto to = vector_view<std::int32_t>(targets, {"Graph.add_edges", "targets"});
  require_pairs(from.size(), to.size(), "Graph.add_edges");
  for (std::size_t k = 0; k < from.size(); ++k) mutation.added_edges.push_back({from[k], to[k]});
  graph.apply(mutation);
}

void remove_edges(Graph& graph, const py::array& sources, const py::array& targets) {
  Mutation mutation;
  const auto from = vector_view<std::int32_t>(sources, {"Graph.remove_edges", "sources"});
  const auto to = vector_view<std::int32_t>(targets, {"Graph.remove_edges", "targets"});
  require_pairs(from.size(), to.size(), "Graph.remove_edges");
  for (std::size_t k = 0; k < from.size(); ++k) mutation.removed_edges.push_back({from[k], to[k]});
  graph.apply(mutation);
}

void remove_edges_at(Graph& graph, const py::array& positions) {
  Mutation mutation;
  mutation.removed_positions =
      vector_copy<std::int32_t>(positions, {"Graph.remove_edges_at", "positions"});
  graph.apply(mutation);
}

// A property that is a view of one vector of the committed state, which the view keeps alive.
template <class Pick>
auto committed_view(Pick pick) {
  return [pick](const Graph& graph) {
    auto* kept = new Graph::Snapshot(graph.snapshot());
    const py::capsule owner(kept, [](void* p) { delete static_cast<Graph::Snapshot*>(p); });
    return view_of(pick(**kept), owner);
  };
}

void bind_remap(py::module_& module) {
  const auto view = [](auto member) {
    return [member](py::object self) { return view_of(self.cast<const Remap&>().*member, self); };
  };
  py::class_<Remap>(module, "Remap",
                    "Where every edge and row went in one commit; -1 marks a new one.")
      .def_property_readonly("edge", view(&Remap::edge), "New position -> old position.")
      .def_property_readonly("row", view(&Remap::row), "New row -> old row.")
      .def_property_readonly("added", view(&Remap::added),
                             "Position of each added edge, in order.");
}

void bind_views(py::class_<Graph>& graph) {
  using C = const Committed&;
  const auto view = [&graph](const char* name, auto pick, const char* doc) {
    graph.def_property_readonly(name, committed_view(pick), doc);
  };
  view(
      "row_begin", [](C c) -> auto& { return c.csr.by_target.row_begin; },
      "By target: row offsets.");
  view(
      "column", [](C c) -> auto& { return c.csr.by_target.column; },
      "By target: source row of each edge.");
  view(
      "source_begin", [](C c) -> auto& { return c.csr.by_source.row_begin; },
      "By source: row offsets.");
  view(
      "source_column", [](C c) -> auto& { return c.csr.by_source.column; },
      "By source: target rows.");
  view(
      "position", [](C c) -> auto& { return c.csr.position; },
      "By source: place in the value array.");
  view("level", [](C c) -> auto& { return c.csr.target_level; }, "Level of each row.");
  view(
      "row_of_node", [](C c) -> auto& { return c.nodes.row; },
      "Row of each node id, -1 once removed.");
  view("node_of_row", [](C c) -> auto& { return c.nodes.node; }, "Node id of each row.");
  view(
      "group_begin", [](C c) -> auto& { return c.nodes.group_begin; },
      "Row offsets of the groups.");
}

// A type of its own: pybind11 would look inside the shared pointer that Graph::Snapshot is.
struct GraphSnapshot {
  Graph::Snapshot state;
};

}  // namespace

void bind_graph(py::module_& module) {
  bind_remap(module);
  py::class_<GraphSnapshot>(module, "GraphSnapshot", "A committed state to come back to.");
  py::class_<Graph> graph(module, "Graph",
                          "A directed acyclic graph that changes through commit().");
  graph.def(py::init<>())
      .def(
          "add_node",
          [](Graph& g, std::int32_t group, std::int32_t min_level, bool input) {
            return g.add_node({group, min_level, input});
          },
          py::arg("group"), py::arg("min_level") = 1, py::arg("input") = false,
          "Queues a node and returns its id, which never changes.")
      .def("add_edges", &add_edges, py::arg("sources"), py::arg("targets"),
           "Queues edges by node ids.")
      .def("remove_edges", &remove_edges, py::arg("sources"), py::arg("targets"),
           "Queues removals.")
      .def("remove_edges_at", &remove_edges_at, py::arg("positions"),
           "Queues removals by position.")
      .def("remove_node", &Graph::remove_node, py::arg("node"),
           "Queues a node's removal with its edges.")
      .def("commit", &Graph::commit, "Resolves the queue into a new topology; all or nothing.")
      .def("discard", &Graph::discard, "Forgets the queued edits.")
      .def(
          "snapshot", [](const Graph& g) { return GraphSnapshot{g.snapshot()}; },
          "The committed state; costs nothing.")
      .def(
          "restore", [](Graph& g, const GraphSnapshot& s) { g.restore(s.state); },
          py::arg("snapshot"), "Goes back to a snapshot.")
      .def_property_readonly("has_edits", &Graph::has_edits)
      .def_property_readonly("edges", [](const Graph& g) { return g.csr().edges(); })
      .def_property_readonly("rows", [](const Graph& g) { return g.csr().targets(); })
      .def_property_readonly("levels", [](const Graph& g) { return g.csr().target_plan.levels(); })
      .def_property_readonly("bytes", [](const Graph& g) { return g.csr().bytes(); });
  bind_views(graph);
}

}  // namespace sparsegrow::python
