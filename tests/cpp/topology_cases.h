// Layers for the tests of topology rules, and what every rule must keep.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/topology/erdos_renyi.h"
#include "sparsegrow/topology/link.h"

namespace sparsegrow::test {

// A layer from rows of '0' and '1': one string per source, one character per target.
inline Pattern layer_of(const std::vector<std::string>& by_source) {
  Pattern layer;
  const std::size_t targets = by_source.empty() ? 0 : by_source[0].size();
  for (std::size_t t = 0; t < targets; ++t) {
    for (std::size_t s = 0; s < by_source.size(); ++s) {
      if (by_source[s][t] == '1') layer.column.push_back(static_cast<std::int32_t>(s));
    }
    layer.row_begin.push_back(layer.edges());
  }
  return layer;
}

// Columns in random order inside each row, as they stand after some rounds of growth.
inline Pattern shuffled(Pattern layer, std::uint64_t seed) {
  Rng rng(seed, 77);
  for (std::int32_t row = 0; row < layer.rows(); ++row) {
    for (std::int32_t p = layer.row_begin[row]; p < layer.row_begin[row + 1]; ++p) {
      const auto left = static_cast<std::uint64_t>(layer.row_begin[row + 1] - p);
      std::swap(layer.column[p], layer.column[p + static_cast<std::int32_t>(rng.below(left))]);
    }
  }
  return layer;
}

inline Pattern random_layer(std::int32_t sources, std::int32_t targets, std::int64_t links,
                            std::uint64_t seed) {
  return shuffled(erdos_renyi(sources, targets, links, Rng(seed, 5)), seed);
}

inline std::vector<float> random_weights(const Pattern& layer, std::uint64_t seed) {
  Rng rng(seed, 6);
  std::vector<float> weights(layer.column.size());
  for (float& w : weights) w = static_cast<float>(rng.normal());
  return weights;
}

inline std::set<std::pair<std::int32_t, std::int32_t>> cells_of(const Pattern& layer) {
  std::set<std::pair<std::int32_t, std::int32_t>> cells;  // (target, source)
  for (std::int32_t row = 0; row < layer.rows(); ++row) {
    for (std::int32_t p = layer.row_begin[row]; p < layer.row_begin[row + 1]; ++p) {
      cells.emplace(row, layer.column[p]);
    }
  }
  return cells;
}

// New links are as many as asked for, all different, all absent before, in order, and in range.
inline void require_new_links(const Pattern& layer, std::int32_t sources, const Links& links,
                              std::int64_t count) {
  REQUIRE(static_cast<std::int64_t>(links.size()) == count);
  auto cells = cells_of(layer);
  for (std::size_t i = 0; i < links.size(); ++i) {
    REQUIRE((links[i].source >= 0 && links[i].source < sources));
    REQUIRE((links[i].target >= 0 && links[i].target < layer.rows()));
    REQUIRE(cells.emplace(links[i].target, links[i].source).second);
    if (i > 0) REQUIRE(links[i - 1] < links[i]);
  }
  const Pattern grown = with_links(layer, links);
  require_pattern(grown, sources, "test");
  REQUIRE(grown.edges() == layer.edges() + count);
}

// Positions rise strictly within the layer.
inline void require_positions(const Pattern& layer, const Positions& positions) {
  for (std::size_t i = 0; i < positions.size(); ++i) {
    REQUIRE((positions[i] >= 0 && positions[i] < layer.edges()));
    if (i > 0) REQUIRE(positions[i - 1] < positions[i]);
  }
}

class ThreadCount {  // sets the number of threads for one scope
 public:
  explicit ThreadCount(int count) : before_(num_threads()) { set_num_threads(count); }
  ~ThreadCount() { set_num_threads(before_); }

 private:
  int before_;
};

}  // namespace sparsegrow::test
