// Numbers grouped by a key, in one stable counting sort.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/base/span.h"

namespace sparsegrow {

struct Buckets {
  std::vector<std::int32_t> begin{0};  // [buckets + 1] into order
  std::vector<std::int32_t> order;     // indices of the keys, by key and then by index

  std::int32_t size(std::int32_t bucket) const { return begin[bucket + 1] - begin[bucket]; }
};

// Each key must be in [0, buckets). Cost O(keys + buckets).
inline Buckets group_by(Span<const std::int32_t> keys, std::int32_t buckets) {
  Buckets out;
  out.begin.assign(static_cast<std::size_t>(buckets) + 1, 0);
  for (const std::int32_t key : keys) ++out.begin[key + 1];
  for (std::size_t b = 1; b < out.begin.size(); ++b) out.begin[b] += out.begin[b - 1];
  std::vector<std::int32_t> next = out.begin;
  out.order.resize(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    out.order[next[keys[i]]++] = static_cast<std::int32_t>(i);
  }
  return out;
}

}  // namespace sparsegrow
