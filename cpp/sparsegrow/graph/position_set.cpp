#include "sparsegrow/graph/position_set.h"

namespace sparsegrow {

bool PositionSet::insert(std::int32_t position) {
  if (bits_.empty()) bits_.assign(word(universe_) + 1, 0);
  const std::uint64_t bit = std::uint64_t{1} << (position % kWordBits);
  std::uint64_t& bits = bits_[word(position)];
  const bool is_new = (bits & bit) == 0;
  bits |= bit;
  return is_new;
}

void PositionSet::freeze() {
  rank_.resize(bits_.size());
  count_ = 0;
  for (std::size_t w = 0; w < bits_.size(); ++w) {
    rank_[w] = count_;
    count_ += ones(bits_[w]);
  }
}

}  // namespace sparsegrow
