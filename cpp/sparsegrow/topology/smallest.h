// The positions of the smallest keys, without sorting.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace sparsegrow {

// A number whose order is that of the doubles; NaN goes last.
inline std::uint64_t ordered_bits(double key) {
  if (key != key) return UINT64_MAX;
  std::uint64_t bits = 0;
  std::memcpy(&bits, &key, sizeof bits);
  return (bits >> 63) != 0 ? ~bits : bits | (std::uint64_t{1} << 63);
}

inline std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Positions of the `count` smallest of the keys key_of(0), ..., key_of(size - 1), which are
// unsigned numbers of 32 or 64 bits, ascending; of equal keys the earlier positions go first. count
// is at most size. Cost O(size): one counting pass by the upper bits of the key, a selection inside
// one bucket, one pass to collect. key_of is called three times per position.
template <class KeyOf>
std::vector<std::int32_t> smallest(std::int64_t count, std::int32_t size, KeyOf key_of) {
  using Key = decltype(key_of(0));
  using Entry = std::pair<Key, std::int32_t>;
  if (count <= 0) return {};
  const int counted = size < 4096 ? 1 : 16;  // the counts should not outnumber the keys by far
  const int shift = static_cast<int>(sizeof(Key)) * 8 - counted;
  std::vector<std::int32_t> tally(std::size_t{1} << counted, 0);
  for (std::int32_t p = 0; p < size; ++p) ++tally[key_of(p) >> shift];
  std::size_t bucket = 0;
  std::int64_t left = count;  // to be found in `bucket`
  while (tally[bucket] < left) left -= tally[bucket++];
  std::vector<Entry> edge;
  edge.reserve(static_cast<std::size_t>(tally[bucket]));
  for (std::int32_t p = 0; p < size; ++p) {
    const Key key = key_of(p);
    if (key >> shift == bucket) edge.emplace_back(key, p);
  }
  const auto place = edge.begin() + (left - 1);
  std::nth_element(edge.begin(), place, edge.end());
  const Entry last = *place;
  std::vector<std::int32_t> chosen(static_cast<std::size_t>(count) + 1);  // one to scribble on
  std::size_t next = 0;
  for (std::int32_t p = 0; p < size; ++p) {  // without a branch: which go is hard to predict
    const Key key = key_of(p);
    chosen[next] = p;
    next +=
        static_cast<std::size_t>((key < last.first) | ((key == last.first) & (p <= last.second)));
  }
  chosen.pop_back();
  return chosen;
}

}  // namespace sparsegrow
