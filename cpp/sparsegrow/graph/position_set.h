// A set of edge positions that can say how many members lie below a position: what a removal
// shifts.
#pragma once

#include <cstdint>
#include <vector>

namespace sparsegrow {

class PositionSet {
 public:
  explicit PositionSet(std::int32_t universe) : universe_(universe) {}

  // False when it is a member already. Memory is taken at the first call only: one bit per
  // position.
  bool insert(std::int32_t position);
  bool contains(std::int32_t position) const {
    return !bits_.empty() && ((bits_[word(position)] >> (position % kWordBits)) & 1) != 0;
  }

  // Counts the members of each word; rank() and count() are right from then on. Cost O(universe /
  // 64).
  void freeze();
  std::int32_t count() const { return count_; }
  // Members below `position`, which may be one past the last position. O(1).
  std::int32_t rank(std::int32_t position) const {
    if (bits_.empty()) return 0;
    const std::uint64_t below = (std::uint64_t{1} << (position % kWordBits)) - 1;
    return rank_[word(position)] + ones(bits_[word(position)] & below);
  }

  // Calls visit(position) for each member in rising order. Cost O(universe / 64 + members).
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t w = 0; w < bits_.size(); ++w) {
      for (std::uint64_t bits = bits_[w]; bits != 0; bits &= bits - 1) {
        visit(static_cast<std::int32_t>(w * kWordBits) + ones((bits & (0 - bits)) - 1));
      }
    }
  }

 private:
  static constexpr std::int32_t kWordBits = 64;
  static std::size_t word(std::int32_t position) {
    return static_cast<std::size_t>(position / kWordBits);
  }

  // Counts bits by halves: the compiler's own becomes a call where the baseline has no instruction.
  static std::int32_t ones(std::uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    return static_cast<std::int32_t>((x * 0x0101010101010101u) >> 56);
  }

  std::int32_t universe_;
  std::int32_t count_ = 0;
  std::vector<std::uint64_t> bits_;  // [universe / 64 + 1], or none while nothing was inserted
  std::vector<std::int32_t> rank_;   // [as bits_] members before each word
};

}  // namespace sparsegrow
