// Slow truths about one layer in double precision: every path is listed, every cell looked at.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "sparsegrow/topology/l3_score.h"

namespace sparsegrow::test {

// A[target][source] as a plain matrix.
struct DenseLayer {
  std::int32_t targets = 0, sources = 0;
  std::vector<char> present;

  DenseLayer(const Pattern& layer, std::int32_t source_count)
      : targets(layer.rows()),
        sources(source_count),
        present(static_cast<std::size_t>(layer.rows()) * static_cast<std::size_t>(source_count)) {
    for (std::int32_t t = 0; t < targets; ++t) {
      for (std::int32_t p = layer.row_begin[t]; p < layer.row_begin[t + 1]; ++p) {
        present[static_cast<std::size_t>(t * sources + layer.column[p])] = 1;
      }
    }
  }
  bool at(std::int32_t t, std::int32_t s) const {
    return present[static_cast<std::size_t>(t * sources + s)] != 0;
  }
  int degree_of_target(std::int32_t t) const {
    int degree = 0;
    for (std::int32_t s = 0; s < sources; ++s) degree += at(t, s);
    return degree;
  }
  int degree_of_source(std::int32_t s) const {
    int degree = 0;
    for (std::int32_t t = 0; t < targets; ++t) degree += at(t, s);
    return degree;
  }
};

struct L3Path {
  std::int32_t z1;  // a target
  std::int32_t z2;  // a source
};

// All paths u - z1 - z2 - v of one absent cell.
inline std::vector<L3Path> paths_of(const DenseLayer& a, std::int32_t u, std::int32_t v) {
  std::vector<L3Path> paths;
  for (std::int32_t z1 = 0; z1 < a.targets; ++z1) {
    for (std::int32_t z2 = 0; z2 < a.sources; ++z2) {
      if (a.at(z1, u) && a.at(z1, z2) && a.at(v, z2)) paths.push_back({z1, z2});
    }
  }
  return paths;
}

// Internal and external degree of one node of the community.
struct Community {
  double internal = 0, external = 0;
};

inline Community community_of(std::int64_t internal, int degree) {
  return {static_cast<double>(internal), static_cast<double>(degree - internal - 1)};
}

inline Community of_target(const DenseLayer& a, const std::vector<L3Path>& paths, std::int32_t z1) {
  std::set<std::int32_t> joined;
  for (const L3Path path : paths) {
    if (path.z1 == z1) joined.insert(path.z2);
  }
  return community_of(static_cast<std::int64_t>(joined.size()), a.degree_of_target(z1));
}

inline Community of_source(const DenseLayer& a, const std::vector<L3Path>& paths, std::int32_t z2) {
  std::set<std::int32_t> joined;
  for (const L3Path path : paths) {
    if (path.z2 == z2) joined.insert(path.z1);
  }
  return community_of(static_cast<std::int64_t>(joined.size()), a.degree_of_source(z2));
}

inline double node_value(L3Kind kind, const Community& c) {
  const bool inside = kind == L3Kind::ch2_path || kind == L3Kind::ch2_node;
  return (inside ? 1 + c.internal : 1.0) / (1 + c.external);
}

// The definition of each score, path by path or node by node.
inline double l3_truth(const DenseLayer& a, std::int32_t u, std::int32_t v, L3Kind kind) {
  const std::vector<L3Path> paths = paths_of(a, u, v);
  double score = 0;
  if (kind == L3Kind::ch3_path || kind == L3Kind::ch2_path) {
    for (const L3Path path : paths) {
      score += std::sqrt(node_value(kind, of_target(a, paths, path.z1)) *
                         node_value(kind, of_source(a, paths, path.z2)));
    }
    return score;
  }
  std::set<std::int32_t> z1s, z2s;
  for (const L3Path path : paths) {
    z1s.insert(path.z1);
    z2s.insert(path.z2);
  }
  for (const std::int32_t z : z1s) score += node_value(kind, of_target(a, paths, z));
  for (const std::int32_t z : z2s) score += node_value(kind, of_source(a, paths, z));
  return score;
}

// Positions in order of key, equal keys by position; the first `count`, ascending.
inline std::vector<std::int32_t> smallest_truth(const std::vector<double>& keys,
                                                std::int64_t count) {
  std::vector<std::int32_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int32_t a, std::int32_t b) { return keys[a] < keys[b]; });
  order.resize(static_cast<std::size_t>(count));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace sparsegrow::test
