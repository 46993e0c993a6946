// Scores of absent links by paths of length 3 (Cannistraci-Hebb): how well the neighbours of the
// two ends know one another.
//
// A path from target v to source u is v - z2 - z1 - u with links (z2, v), (z2, z1), (u, z1). For a
// node z on such paths, i is the number of its links inside the local community, d its degree, and
// e = d - i - 1 the number of those that lead outside.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/base/span.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

enum class L3Kind {
  ch3_path,  // sum over paths of 1 / sqrt((1 + e1) (1 + e2))
  ch2_path,  // sum over paths of sqrt((1 + i1) (1 + i2)) / sqrt((1 + e1) (1 + e2))
  ch3_node,  // sum over the nodes of the community of 1 / (1 + e)
  ch2_node,  // sum over the nodes of the community of (1 + i) / (1 + e)
};

// What one node adds, as a product of a factor of i and one of 1 + e, both looked up.
class L3Factors {
 public:
  L3Factors(L3Kind kind, std::int32_t most_links);

  // internal: links inside the community, at most `degree`. Where degree - internal is 0, the cell
  // is a present link, whose score nobody asks for.
  float of(std::int32_t internal, std::int32_t degree) const {
    return inside_[internal] * outside_[degree - internal];
  }
  // [degree + 1] the factors of a node by its links inside the community; none at all give 0.
  void list(std::int32_t degree, std::vector<float>& factors) const;

 private:
  std::vector<float> inside_;   // [most_links + 1] by i
  std::vector<float> outside_;  // [most_links + 1] by 1 + e
};

// Scores of one layer, block by block. Nothing of the size of the layer is held: the counts of
// common neighbours are made anew for each block, by walking along the links.
class L3Scores {
 public:
  // Throws invalid_argument for an unsound pattern. Cost O(targets + sources + links).
  L3Scores(const Pattern& layer, std::int32_t sources, L3Kind kind);

  // scores: [last - first][sources] is filled for the targets first..last - 1. 0 stands where there
  // is no path; what stands at present links means nothing. Scores are rounded to 17 bits, so that
  // cells with equal paths tie, whatever the order of their sums. May be called from several
  // threads. Cost of a target by paths: 2 steps for each walk v - z2 - z1 - u. By nodes: a walk
  // from each source once in a block, then 1 / 4 step per source for each link of a target, so wide
  // blocks pay.
  void score(std::int32_t first, std::int32_t last, Span<float> scores) const;

  // A width of blocks that suits the kind and the threads, and keeps a block within some MB. Scores
  // do not depend on it.
  std::int32_t block_targets() const;

 private:
  struct Walk;

  void score_by_paths(std::int32_t target, Walk& walk, float* scores) const;
  void score_by_nodes(std::int32_t first, std::int32_t last, Walk& walk, float* scores) const;
  void add_source_terms(std::int32_t first, std::int32_t last, Walk& walk, float* scores) const;
  void find_target_factors(std::int32_t target, Walk& walk) const;
  void walk_from(std::int32_t source, Walk& walk) const;
  void add_walk(std::int32_t source, Walk& walk, float* scores) const;
  std::int64_t walks_from(std::int32_t source) const;

  const Pattern& by_target_;
  Pattern by_source_;
  std::int32_t sources_;
  L3Kind kind_;
  L3Factors factors_;
};

}  // namespace sparsegrow
