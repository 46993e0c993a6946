// A plain model of Graph for tests: containers of the standard library and the obvious loops.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "sparsegrow/graph/graph.h"

namespace sparsegrow::test {

struct ModelEdge {
  NodeId source;
  std::int64_t payload;  // kNew for an edge of the last commit
};

struct Model {
  std::vector<NodeSpec> spec;
  std::vector<bool> removed;
  std::vector<std::vector<ModelEdge>> in;  // by target node, in order of creation

  std::vector<NodeId> live_nodes() const {  // in order of their rows
    std::vector<NodeId> nodes;
    for (NodeId n = 0; n < static_cast<NodeId>(spec.size()); ++n) {
      if (!removed[n]) nodes.push_back(n);
    }
    std::stable_sort(nodes.begin(), nodes.end(),
                     [&](NodeId a, NodeId b) { return spec[a].group < spec[b].group; });
    return nodes;
  }

  bool has(EdgeEnds edge) const {
    const auto& row = in[edge.target];
    return std::any_of(row.begin(), row.end(),
                       [&](const ModelEdge& e) { return e.source == edge.source; });
  }

  std::vector<EdgeEnds> edges() const {  // in order of their positions
    std::vector<EdgeEnds> all;
    for (const NodeId target : live_nodes()) {
      for (const ModelEdge& e : in[target]) all.push_back({e.source, target});
    }
    return all;
  }

  // The level of each node by the definition, or nothing when there is a cycle.
  std::optional<std::vector<std::int32_t>> levels() const {
    std::vector<std::int32_t> level(spec.size(), 0);
    for (std::size_t round = 0; round < spec.size() + 2; ++round) {
      bool changed = false;
      for (std::size_t n = 0; n < spec.size(); ++n) {
        if (removed[n] || spec[n].input) continue;
        std::int32_t now = spec[n].min_level;
        for (const ModelEdge& e : in[n]) now = std::max(now, level[e.source] + 1);
        changed |= now != level[n];
        level[n] = now;
      }
      if (!changed) return level;
    }
    return std::nullopt;
  }
};

inline void erase_edge(Model& model, EdgeEnds edge) {
  auto& row = model.in[edge.target];
  row.erase(std::remove_if(row.begin(), row.end(),
                           [&](const ModelEdge& e) { return e.source == edge.source; }),
            row.end());
}

// The model after the edits, or nothing where Graph::commit must refuse them.
inline std::optional<Model> edited(const Model& before, const Mutation& edits) {
  Model model = before;
  for (const NodeSpec& spec : edits.new_nodes) {
    model.spec.push_back(spec);
    model.removed.push_back(false);
    model.in.emplace_back();
  }
  std::vector<EdgeEnds> gone = edits.removed_edges;
  const std::vector<EdgeEnds> by_position = before.edges();
  for (const std::int32_t p : edits.removed_positions) gone.push_back(by_position[p]);
  for (const EdgeEnds edge : gone) {
    if (!model.has(edge)) return std::nullopt;
    erase_edge(model, edge);
  }
  for (const NodeId node : edits.removed_nodes) {
    if (model.removed[node]) return std::nullopt;
    model.removed[node] = true;
    model.in[node].clear();
    for (NodeId t = 0; t < static_cast<NodeId>(model.in.size()); ++t) erase_edge(model, {node, t});
  }
  for (const EdgeEnds edge : edits.added_edges) {
    if (model.removed[edge.source] || model.removed[edge.target] || model.has(edge)) {
      return std::nullopt;
    }
    model.in[edge.target].push_back({edge.source, kNew});
  }
  if (!model.levels()) return std::nullopt;
  return model;
}

inline bool same(const Pattern& a, const Pattern& b) {
  return a.row_begin == b.row_begin && a.column == b.column;
}

inline bool same(const RowPlan& a, const RowPlan& b) {
  return a.rows == b.rows && a.level_begin == b.level_begin && a.vector_begin == b.vector_begin &&
         a.block_begin == b.block_begin && a.level_block_begin == b.level_block_begin;
}

inline bool same(const Csr& a, const Csr& b) {
  return same(a.by_target, b.by_target) && same(a.by_source, b.by_source) &&
         a.position == b.position && a.target_level == b.target_level &&
         same(a.target_plan, b.target_plan) && same(a.source_plan, b.source_plan);
}

}  // namespace sparsegrow::test
