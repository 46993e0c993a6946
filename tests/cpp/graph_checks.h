// What must hold of any committed graph and of any row plan. Each returns what is wrong, or
// nothing.
#pragma once

#include <string>

#include "graph_model.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/graph/levels.h"

namespace sparsegrow::test {

inline std::string plan_order_error(const RowPlan& plan, const std::vector<std::int32_t>& row_begin,
                                    const std::vector<std::int32_t>& level) {
  if (plan.rows.size() != level.size()) return "the plan misses rows";
  if (plan.level_begin.front() != 0) return "the first level does not start at 0";
  if (plan.level_begin.back() != static_cast<std::int32_t>(level.size())) return "levels end early";
  for (std::int32_t l = 0; l < plan.levels(); ++l) {
    const std::int32_t first = plan.level_begin[l], last = plan.level_begin[l + 1];
    for (std::int32_t i = first; i < last; ++i) {
      const std::int32_t row = plan.rows[i];
      const bool vector = row_begin[row + 1] - row_begin[row] >= kVectorRow;
      if (level[row] != l) return concat("row ", row, " is in level ", l);
      if (vector != (i >= plan.vector_begin[l])) return concat("row ", row, " has a wrong kernel");
      const bool new_part = i == first || i == plan.vector_begin[l];
      if (!new_part && plan.rows[i - 1] >= row) return concat("row ", row, " is out of order");
    }
  }
  return "";
}

inline std::string plan_block_error(const RowPlan& plan,
                                    const std::vector<std::int32_t>& row_begin) {
  if (plan.level_block_begin.size() != plan.level_begin.size()) return "levels without blocks";
  if (plan.block_begin.front() != 0) return "the first block does not start at 0";
  for (std::int32_t l = 0; l <= plan.levels(); ++l) {
    if (plan.block_begin[plan.level_block_begin[l]] != plan.level_begin[l]) {
      return concat("a block runs across the start of level ", l);
    }
  }
  const std::set<std::int32_t> cuts(plan.block_begin.begin(), plan.block_begin.end());
  for (const std::int32_t cut : plan.vector_begin) {
    if (cuts.count(cut) == 0) return "a block runs across the scalar and vector rows";
  }
  for (std::size_t b = 0; b + 1 < plan.block_begin.size(); ++b) {
    const std::int32_t first = plan.block_begin[b], last = plan.block_begin[b + 1];
    std::int64_t edges = 0;
    for (std::int32_t i = first; i < last; ++i) {
      edges += row_begin[plan.rows[i] + 1] - row_begin[plan.rows[i]];
    }
    if (last <= first) return concat("block ", b, " is empty");
    if (last - first > kBlockRows) return concat("block ", b, " has too many rows");
    if (last - first > 1 && edges > kBlockEdges) return concat("block ", b, " has too many edges");
  }
  return "";
}

inline std::string plan_error(const RowPlan& plan, const std::vector<std::int32_t>& row_begin,
                              const std::vector<std::int32_t>& level) {
  const std::string order = plan_order_error(plan, row_begin, level);
  return order.empty() ? plan_block_error(plan, row_begin) : order;
}

// Compares the by_source view with the sorted transpose made the slow way.
inline std::string transpose_error(const Csr& csr) {
  Pattern expected;
  std::vector<std::int32_t> position;
  transpose(csr.by_target, csr.sources(), expected, position);
  if (!same(csr.by_source, expected) || csr.position != position) return "not what transpose gives";
  std::vector<std::vector<std::pair<std::int32_t, std::int32_t>>> lists(csr.sources());
  for (std::int32_t r = 0; r < csr.targets(); ++r) {
    for (std::int32_t p = csr.by_target.row_begin[r]; p < csr.by_target.row_begin[r + 1]; ++p) {
      lists[csr.by_target.column[p]].push_back({r, p});
    }
  }
  std::int32_t e = 0;
  for (std::int32_t s = 0; s < csr.sources(); ++s) {
    if (csr.by_source.row_begin[s] != e) return concat("source ", s, " starts at a wrong place");
    for (const auto& [row, p] : lists[s]) {
      if (csr.by_source.column[e] != row || csr.position[e] != p) return concat("edge ", e);
      ++e;
    }
  }
  return csr.by_source.row_begin.back() == e ? "" : "by_source has too many edges";
}

inline std::string edges_error(const Csr& csr, const NodeTable& nodes, const Model& model) {
  std::int32_t p = 0;
  for (std::int32_t r = 0; r < nodes.rows(); ++r) {
    if (csr.by_target.row_begin[r] != p) return concat("row ", r, " starts at a wrong position");
    for (const ModelEdge& e : model.in[nodes.node[r]]) {
      if (csr.by_target.column[p] != nodes.row[e.source]) return concat("position ", p);
      ++p;
    }
  }
  return csr.by_target.row_begin.back() == p && csr.edges() == p ? "" : "wrong number of edges";
}

inline std::string nodes_error(const NodeTable& nodes, const Model& model) {
  if (nodes.node != model.live_nodes()) return "wrong rows";
  if (nodes.spec.size() != model.spec.size()) return "wrong number of nodes";
  for (NodeId n = 0; n < nodes.nodes(); ++n) {
    const std::int32_t row = nodes.row[n];
    if ((row < 0) != model.removed[n]) return concat("node ", n, " is alive or not");
    if (row < 0) continue;
    const std::int32_t group = nodes.spec[n].group;
    const bool inside = row >= nodes.group_begin[group] && row < nodes.group_begin[group + 1];
    if (nodes.node[row] != n || !inside) return concat("node ", n, " has a wrong row");
  }
  return "";
}

inline std::string graph_error(const Graph& graph, const Model& model) {
  const Csr& csr = graph.csr();
  const NodeTable& nodes = graph.nodes();
  if (const auto e = nodes_error(nodes, model); !e.empty()) return "nodes: " + e;
  if (const auto e = edges_error(csr, nodes, model); !e.empty()) return "edges: " + e;
  if (const auto e = transpose_error(csr); !e.empty()) return "by_source: " + e;
  const auto level = model.levels();
  for (std::int32_t r = 0; r < nodes.rows(); ++r) {
    if (csr.target_level[r] != (*level)[nodes.node[r]]) return concat("level of row ", r);
  }
  if (csr.target_level != compute_levels(nodes, csr.by_target, csr.by_source)) return "levels";
  const auto target = plan_error(csr.target_plan, csr.by_target.row_begin, csr.target_level);
  if (!target.empty()) return "target plan: " + target;
  const auto source = plan_error(csr.source_plan, csr.by_source.row_begin, csr.target_level);
  return source.empty() ? "" : "source plan: " + source;
}

}  // namespace sparsegrow::test
