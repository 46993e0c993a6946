// Operations across the 32 lanes of a SIMD-group. Lanes that have returned take no part; all others
// must be at the same operation. None of them orders memory.
#pragma once

#include "barriers.h"
#include "integers.h"
#include "math.h"

namespace metal {

using LaneValue = ::sparsegrow::software_gpu::LaneValue;
using Snapshot = ::sparsegrow::software_gpu::Snapshot;
constexpr uint kSimdWidth = ::sparsegrow::software_gpu::kSimdWidth;

template <class T>
LaneValue packed(T value) {
  static_assert(sizeof(T) <= sizeof(LaneValue), "a SIMD operation takes up to 16 bytes");
  LaneValue result{};
  __builtin_memcpy(&result, &value, sizeof value);
  return result;
}

template <class T>
T unpacked(const LaneValue& from) {
  T value;
  __builtin_memcpy(&value, &from, sizeof value);
  return value;
}

template <class T>
Snapshot& simd_exchange(T value, const char* operation, const char* file, int line) {
  return ::sparsegrow::software_gpu::exchange(packed(value), operation, {file, line});
}

inline bool is_active(const Snapshot& all, uint lane) { return all.active >> lane & 1u; }

template <class T>
T value_of(const Snapshot& all, uint lane) {
  return unpacked<T>(all.value[lane % kSimdWidth]);
}

// The active lanes in rising order, combined two by two; the first lane that asks does the work.
template <class T, class Combine>
T reduced(Snapshot& all, Combine combine) {
  if (all.reduced) return unpacked<T>(all.result);
  T result{};
  bool first = true;
  for (uint lane = 0; lane < kSimdWidth; ++lane) {
    if (!is_active(all, lane)) continue;
    const T value = value_of<T>(all, lane);
    result = first ? value : T(combine(result, value));
    first = false;
  }
  ::sparsegrow::software_gpu::keep_result(all, packed(result));
  return result;
}

#define SOFTWARE_GPU_REDUCTION(name, combined)                                                     \
  template <class T>                                                                               \
  T name(T value, SOFTWARE_GPU_SITE) {                                                             \
    return reduced<T>(simd_exchange(value, #name, file, line), [](T a, T b) { return combined; }); \
  }
SOFTWARE_GPU_REDUCTION(simd_sum, a + b)
SOFTWARE_GPU_REDUCTION(simd_product, a* b)
SOFTWARE_GPU_REDUCTION(simd_max, max(a, b))
SOFTWARE_GPU_REDUCTION(simd_min, min(a, b))
SOFTWARE_GPU_REDUCTION(simd_and, a& b)
SOFTWARE_GPU_REDUCTION(simd_or, a | b)
SOFTWARE_GPU_REDUCTION(simd_xor, a ^ b)
#undef SOFTWARE_GPU_REDUCTION

// The active lanes before `last`, combined with the neutral element.
template <class T, class Combine>
T prefix(const Snapshot& all, uint last, T neutral, Combine combine) {
  T result = neutral;
  for (uint lane = 0; lane < last; ++lane) {
    if (is_active(all, lane)) result = T(combine(result, value_of<T>(all, lane)));
  }
  return result;
}

#define SOFTWARE_GPU_PREFIX(name, neutral, combined, more)                       \
  template <class T>                                                             \
  T name(T value, SOFTWARE_GPU_SITE) {                                           \
    const Snapshot& all = simd_exchange(value, #name, file, line);               \
    return prefix<T>(all, ::sparsegrow::software_gpu::lane() + more, T(neutral), \
                     [](T a, T b) { return combined; });                         \
  }
SOFTWARE_GPU_PREFIX(simd_prefix_exclusive_sum, 0, a + b, 0)
SOFTWARE_GPU_PREFIX(simd_prefix_inclusive_sum, 0, a + b, 1)
SOFTWARE_GPU_PREFIX(simd_prefix_exclusive_product, 1, a* b, 0)
SOFTWARE_GPU_PREFIX(simd_prefix_inclusive_product, 1, a* b, 1)
#undef SOFTWARE_GPU_PREFIX

template <class T>
T simd_shuffle(T value, ushort lane, SOFTWARE_GPU_SITE) {
  return value_of<T>(simd_exchange(value, __func__, file, line), lane);
}

template <class T>
T simd_shuffle_xor(T value, ushort mask, SOFTWARE_GPU_SITE) {
  const Snapshot& all = simd_exchange(value, __func__, file, line);
  return value_of<T>(all, ::sparsegrow::software_gpu::lane() ^ mask);
}

// Lanes with no lane `delta` above keep their value.
template <class T>
T simd_shuffle_down(T value, ushort delta, SOFTWARE_GPU_SITE) {
  const Snapshot& all = simd_exchange(value, __func__, file, line);
  const uint from = ::sparsegrow::software_gpu::lane() + delta;
  return from < kSimdWidth ? value_of<T>(all, from) : value;
}

template <class T>
T simd_shuffle_up(T value, ushort delta, SOFTWARE_GPU_SITE) {
  const Snapshot& all = simd_exchange(value, __func__, file, line);
  const uint own = ::sparsegrow::software_gpu::lane();
  return own >= delta ? value_of<T>(all, own - delta) : value;
}

template <class T>
T simd_broadcast(T value, ushort lane, SOFTWARE_GPU_SITE) {
  return value_of<T>(simd_exchange(value, __func__, file, line), lane);
}

template <class T>
T simd_broadcast_first(T value, SOFTWARE_GPU_SITE) {
  const Snapshot& all = simd_exchange(value, __func__, file, line);
  return value_of<T>(all, ctz(all.active));
}

// One bit per lane. Lanes that returned have none, in the vote and among all.
class simd_vote {
 public:
  using vote_t = ulong;
  simd_vote(vote_t votes, vote_t active) : votes_(votes), active_(active) {}
  explicit operator vote_t() const { return votes_; }
  bool all() const { return votes_ == active_; }
  bool any() const { return votes_ != 0; }

 private:
  vote_t votes_, active_;
};

inline simd_vote simd_ballot(bool vote, SOFTWARE_GPU_SITE) {
  const Snapshot& all = simd_exchange(vote, __func__, file, line);
  simd_vote::vote_t votes = 0;
  for (uint lane = 0; lane < kSimdWidth; ++lane) {
    if (is_active(all, lane) && value_of<bool>(all, lane)) votes |= simd_vote::vote_t(1) << lane;
  }
  return simd_vote(votes, all.active);
}

inline bool simd_any(bool vote, SOFTWARE_GPU_SITE) { return simd_ballot(vote, file, line).any(); }
inline bool simd_all(bool vote, SOFTWARE_GPU_SITE) { return simd_ballot(vote, file, line).all(); }

inline bool simd_is_first(SOFTWARE_GPU_SITE) {
  const Snapshot& all = simd_exchange(true, __func__, file, line);
  return ::sparsegrow::software_gpu::lane() == ctz(all.active);
}

}  // namespace metal
