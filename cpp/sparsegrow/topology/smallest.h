// The positions of the smallest keys, without sorting.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace sparsegrow {

// A number whose order as an integer is that of the keys; NaN goes last.
inline std::uint64_t ordered_bits(double key) {
  if (key != key) return UINT64_MAX;
  std::uint64_t bits = 0;
  std::memcpy(&bits, &key, sizeof bits);
  return (bits >> 63) != 0 ? ~bits : bits | (std::uint64_t{1} << 63);
}

// Positions of the `count` smallest of the keys key_of(0), ..., key_of(size - 1), which are doubles,
// ascending; of equal keys the earlier positions go first. count is at most size. Cost O(size): one
// counting pass by the upper bits of the key, a selection inside one bucket, one pass to collect.
// key_of is called three times per position.
template <class KeyOf>
std::vector<std::int32_t> smallest(std::int64_t count, std::int32_t size, KeyOf key_of) {
  const int shift = size < 4096 ? 63 : 48;  // the counts should not outnumber the keys by far
  using Entry = std::pair<std::uint64_t, std::int32_t>;
  std::vector<std::int32_t> chosen;
  if (count <= 0) return chosen;
  std::vector<std::int32_t> tally(std::size_t{1} << (64 - shift), 0);
  for (std::int32_t p = 0; p < size; ++p) ++tally[ordered_bits(key_of(p)) >> shift];
  std::uint64_t bucket = 0;
  std::int64_t left = count;  // to be found in `bucket`
  while (tally[bucket] < left) left -= tally[bucket++];
  std::vector<Entry> edge;
  edge.reserve(static_cast<std::size_t>(tally[bucket]));
  for (std::int32_t p = 0; p < size; ++p) {
    const std::uint64_t bits = ordered_bits(key_of(p));
    if (bits >> shift == bucket) edge.emplace_back(bits, p);
  }
  const auto last = edge.begin() + (left - 1);
  std::nth_element(edge.begin(), last, edge.end());
  chosen.reserve(static_cast<std::size_t>(count));
  for (std::int32_t p = 0; p < size; ++p) {
    if (Entry(ordered_bits(key_of(p)), p) <= *last) chosen.push_back(p);
  }
  return chosen;
}

}  // namespace sparsegrow
