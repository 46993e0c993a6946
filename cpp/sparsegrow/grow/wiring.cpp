#include "sparsegrow/grow/wiring.h"

#include <algorithm>

#include "sparsegrow/base/check.h"

namespace sparsegrow {

std::int32_t Wiring::level_of(NodeId node) const {
  const std::int32_t row = graph->nodes.row[static_cast<std::size_t>(node)];
  return graph->csr.target_level[static_cast<std::size_t>(row)];
}

std::int32_t Wiring::depth(std::int32_t sub_dag) const {
  const auto& begin = graph->nodes.group_begin;
  const auto s = static_cast<std::size_t>(sub_dag);
  std::int32_t depth = 0;
  for (std::int32_t row = begin[s]; row < begin[s + 1]; ++row) {
    depth = std::max(depth, graph->csr.target_level[static_cast<std::size_t>(row)]);
  }
  return depth;
}

std::int32_t Wiring::context() const {
  std::int32_t longest = 0;
  for (const SubDag& sub_dag : sub_dags) longest = std::max(longest, sub_dag.context);
  return longest;
}

std::int64_t Wiring::input_edges() const {
  std::int64_t edges = -closed;
  for (const SubDag& sub_dag : sub_dags) {
    edges += std::int64_t{kVocabulary} * sub_dag.context *
             static_cast<std::int64_t>(sub_dag.inputs.size());
  }
  return edges;
}

bool Wiring::has_memory(NodeId node) const {
  return std::find(memory.begin(), memory.end(), node) != memory.end();
}

Wiring embryo_wiring(std::int32_t context, std::int32_t max_depth) {
  constexpr char where[] = "CharNet";
  SG_REQUIRE(context >= 1 && context <= kMaxContext, where, "context: got ", context,
             ", expected 1 to ", kMaxContext);
  SG_REQUIRE(max_depth >= 1 && max_depth <= kMostLayers, where, "max_depth: got ", max_depth,
             ", expected 1 to ", kMostLayers);
  Graph graph;
  Wiring wiring;
  wiring.max_depth = max_depth;
  for (std::int32_t s = 0; s < kVocabulary; ++s) {
    wiring.sub_dags.push_back({context, {graph.add_node({s, 1, false})}});
  }
  for (std::int32_t s = 0; s < kVocabulary; ++s) {
    const NodeId output = graph.add_node({kVocabulary, max_depth + 1, false});
    graph.add_edge({wiring.sub_dags[static_cast<std::size_t>(s)].inputs[0], output});
  }
  graph.commit();
  wiring.graph = graph.snapshot();
  wiring.patterns = std::make_shared<PatternTree>();
  return wiring;
}

InputBlocks input_blocks(const Wiring& wiring) {
  InputBlocks table;
  table.symbols = kVocabulary;
  for (const SubDag& sub_dag : wiring.sub_dags) {
    const auto neurons = static_cast<std::int32_t>(sub_dag.inputs.size());
    const std::int32_t stride = (neurons + kBlockStride - 1) / kBlockStride * kBlockStride;
    const auto first = static_cast<std::int32_t>(table.rows.size());
    table.blocks.push_back({table.elements, first, sub_dag.context, neurons, stride});
    table.elements += std::int64_t{kVocabulary} * sub_dag.context * stride;
    for (const NodeId node : sub_dag.inputs) {
      table.rows.push_back(wiring.graph->nodes.row[static_cast<std::size_t>(node)]);
    }
  }
  SG_REQUIRE(table.elements <= kMaxEdges, "CharNet", "got ", table.elements,
             " places for one-hot edges, expected at most ", kMaxEdges);
  return table;
}

Remap block_remap(const InputBlocks& before, const InputBlocks& next) {
  Remap remap;
  remap.old_edges = static_cast<std::int32_t>(before.elements);
  remap.edge.assign(static_cast<std::size_t>(next.elements), kNew);
  for (std::size_t b = 0; b < next.blocks.size(); ++b) {
    const InputBlock &from = before.blocks[b], &to = next.blocks[b];
    const std::int32_t rows = std::min(from.positions, to.positions) * next.symbols;
    for (std::int32_t r = 0; r < rows; ++r) {
      auto* const row = remap.edge.data() + to.begin + std::int64_t{r} * to.stride;
      const std::int64_t old_row = from.begin + std::int64_t{r} * from.stride;
      for (std::int32_t j = 0; j < std::min(from.neurons, to.neurons); ++j) {
        row[j] = static_cast<std::int32_t>(old_row + j);
      }
    }
  }
  return remap;
}

namespace {

void require_groups(const Wiring& wiring, const char* where) {
  const NodeTable& nodes = wiring.graph->nodes;
  SG_REQUIRE(nodes.groups() == kVocabulary + 1 && wiring.sub_dags.size() == kVocabulary, where,
             "got ", nodes.groups(), " groups and ", wiring.sub_dags.size(), " sub-DAGs, expected ",
             kVocabulary + 1, " and ", kVocabulary);
  const auto& begin = nodes.group_begin;
  SG_REQUIRE(begin[kVocabulary + 1] - begin[kVocabulary] == kVocabulary, where, "got ",
             begin[kVocabulary + 1] - begin[kVocabulary], " outputs, expected ", kVocabulary);
}

void require_levels(const Wiring& wiring, const char* where) {
  for (std::int32_t row = 0; row < wiring.rows(); ++row) {
    const std::int32_t level = wiring.graph->csr.target_level[static_cast<std::size_t>(row)];
    SG_REQUIRE(row < wiring.hidden() ? level <= wiring.max_depth : level == wiring.max_depth + 1,
               where, "row ", row, " is on level ", level, " with ", wiring.max_depth,
               " hidden layers allowed");
  }
}

// Nodes of a list, each of which may be there once.
class NodeList {
 public:
  explicit NodeList(const NodeTable& nodes)
      : nodes_(nodes), seen_(static_cast<std::size_t>(nodes.nodes()), false) {}

  // Whether the node exists and was not taken before.
  bool take(NodeId node) {
    if (node < 0 || node >= nodes_.nodes()) return false;
    const auto n = static_cast<std::size_t>(node);
    if (nodes_.row[n] < 0 || seen_[n]) return false;
    seen_[n] = true;
    return true;
  }

 private:
  const NodeTable& nodes_;
  std::vector<bool> seen_;
};

// All neurons of the first layer, and no others, are wired to characters.
void require_inputs(const Wiring& wiring, const char* where) {
  const NodeTable& nodes = wiring.graph->nodes;
  NodeList list(nodes);
  std::int64_t inputs = 0;
  for (std::int32_t s = 0; s < kVocabulary; ++s) {
    const SubDag& sub_dag = wiring.sub_dags[static_cast<std::size_t>(s)];
    SG_REQUIRE(sub_dag.context >= 1 && sub_dag.context <= kMaxContext, where, "sub-DAG ", s,
               " has context ", sub_dag.context, ", expected 1 to ", kMaxContext);
    inputs += static_cast<std::int64_t>(sub_dag.inputs.size());
    for (const NodeId node : sub_dag.inputs) {
      SG_REQUIRE(list.take(node) && nodes.spec[static_cast<std::size_t>(node)].group == s &&
                     wiring.level_of(node) == 1,
                 where, "node ", node, " is no neuron of the first layer of sub-DAG ", s,
                 ", or is there twice");
    }
  }
  const auto& level = wiring.graph->csr.target_level;
  const auto first_layer = std::count(level.begin(), level.end(), 1);
  SG_REQUIRE(first_layer == inputs, where, "got ", first_layer, " neurons of the first layer, ",
             inputs, " of them wired to characters");
}

void require_memory(const Wiring& wiring, const char* where) {
  const NodeTable& nodes = wiring.graph->nodes;
  NodeList list(nodes);
  for (const NodeId node : wiring.memory) {
    SG_REQUIRE(list.take(node) && nodes.spec[static_cast<std::size_t>(node)].group < kVocabulary,
               where, "node ", node, " has memory and is no hidden neuron, or is there twice");
  }
}

}  // namespace

void require_wiring(const Wiring& wiring, const char* where) {
  require_groups(wiring, where);
  require_levels(wiring, where);
  require_inputs(wiring, where);
  require_memory(wiring, where);
  SG_REQUIRE(wiring.closed >= 0 && wiring.input_edges() >= 0, where, "got ", wiring.closed,
             " pruned one-hot edges of ", wiring.closed + wiring.input_edges());
}

}  // namespace sparsegrow
