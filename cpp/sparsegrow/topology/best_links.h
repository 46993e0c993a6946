// The best of many links, in bounded memory.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/topology/link.h"

namespace sparsegrow {

struct RankedLink {
  double rank = 0;        // more is better
  std::uint64_t tie = 0;  // decides between equal ranks, less is better
  Link link;

  // A strict order of all links: no two are equal, so the best k are one set, however they came.
  bool better_than(const RankedLink& other) const {
    if (rank != other.rank) return rank > other.rank;
    return tie != other.tie ? tie < other.tie : link < other.link;
  }
};

// Keeps the best `wanted` of the links offered. A buffer of twice that many is halved by a
// selection whenever it is full, so an offer costs O(1) on average and O(wanted) memory is held.
class BestLinks {
 public:
  explicit BestLinks(std::int64_t wanted) : wanted_(static_cast<std::size_t>(wanted)) {}

  // A link with a lower rank than this is not wanted any more.
  double floor() const { return floor_.rank; }
  void offer(const RankedLink& link);
  void absorb(const BestLinks& other);
  std::vector<RankedLink> take();  // the best, in no particular order; empties this

 private:
  void shrink();

  std::size_t wanted_;
  std::vector<RankedLink> kept_;
  RankedLink floor_ = lowest();  // the worst of the best at the last selection

  static RankedLink lowest();
};

}  // namespace sparsegrow
