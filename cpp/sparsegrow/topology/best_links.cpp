#include "sparsegrow/topology/best_links.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sparsegrow {

RankedLink BestLinks::lowest() {
  RankedLink link;
  link.rank = -std::numeric_limits<double>::infinity();
  link.tie = UINT64_MAX;
  return link;
}

void BestLinks::offer(const RankedLink& link) {
  if (wanted_ == 0 || !link.better_than(floor_)) return;
  kept_.push_back(link);
  constexpr std::size_t kRoom = 256;
  if (kept_.size() >= 2 * wanted_ + kRoom) shrink();
}

void BestLinks::absorb(const BestLinks& other) {
  for (const RankedLink& link : other.kept_) offer(link);
}

std::vector<RankedLink> BestLinks::take() {
  shrink();
  floor_ = lowest();
  return std::exchange(kept_, {});
}

void BestLinks::shrink() {
  if (wanted_ == 0 || kept_.size() <= wanted_) return;
  const auto last = kept_.begin() + static_cast<std::ptrdiff_t>(wanted_ - 1);
  std::nth_element(kept_.begin(), last, kept_.end(),
                   [](const RankedLink& a, const RankedLink& b) { return a.better_than(b); });
  floor_ = *last;
  kept_.resize(wanted_);
}

}  // namespace sparsegrow
