// Scores of absent links by paths of length 3 (Cannistraci-Hebb): how well the neighbours of the
// two ends know one another.
#pragma once

#include <cstdint>

#include "sparsegrow/base/span.h"
#include "sparsegrow/graph/csr.h"
#include "sparsegrow/topology/l3_factors.h"

namespace sparsegrow {

// Scores of one layer, block by block. Nothing of the size of the layer is held: the counts of
// common neighbours are made anew for each block, by walking along the links.
class L3Scores {
 public:
  // `layer` must outlive this. Throws invalid_argument for an unsound pattern. Cost O(targets +
  // sources + links).
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
