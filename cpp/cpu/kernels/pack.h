// pack and unpack: blocked transposition between samples in rows and the tiles of a panel.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

// Four rows of four become four columns.
template <class V>
inline void transpose_four(V& a, V& b, V& c, V& d) {
  const V ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const V ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const V cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const V cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

// Features [from, to) of four whole samples that begin in `lane`; to - from is a multiple of 4.
template <class Source, class Real>
inline void pack_four(const PackTask<Real>& task, std::int32_t lane, std::int32_t from,
                      std::int32_t to) {
  using In = Lanes<Source, 4>;
  using Out = Lanes<Real, 4>;
  const Source* row[4];
  for (int k = 0; k < 4; ++k) {
    row[k] = static_cast<const Source*>(task.source) + task.chosen[lane + k] * task.features;
  }
  for (std::int32_t f = from; f < to; f += 4) {
    Out v[4];
    for (int k = 0; k < 4; ++k) v[k] = __builtin_convertvector(load<In>(row[k] + f), Out);
    transpose_four(v[0], v[1], v[2], v[3]);
    for (int k = 0; k < 4; ++k) {
      store(task.tile + static_cast<std::int64_t>(f + k) * task.width + lane, v[k]);
    }
  }
}

// One lane at a time: the samples and features that are left over, and zeros in the padding.
template <class Source, class Real>
inline void pack_lane(const PackTask<Real>& task, std::int32_t lane, std::int32_t from,
                      std::int32_t to) {
  const bool padding = lane >= task.valid;
  const Source* const row =
      padding ? nullptr
              : static_cast<const Source*>(task.source) + task.chosen[lane] * task.features;
  for (std::int32_t f = from; f < to; ++f) {
    task.tile[static_cast<std::int64_t>(f) * task.width + lane] =
        padding ? Real(0) : static_cast<Real>(row[f]);
  }
}

// Features are taken 16 at a time, a cache line of each sample, so that the 16 panel rows that are
// written stay in the first cache until they are full.
constexpr std::int32_t kPackBlock = 16;

// Asks for the next block of each sample: the processor does not follow 32 streams by itself. One
// block ahead measured as fast as two or five, and a quarter faster than none.
template <class Source, class Real>
inline void fetch_samples(const PackTask<Real>& task, std::int32_t feature) {
  for (std::int32_t lane = 0; lane < task.valid; ++lane) {
    fetch<kPackBlock * sizeof(Source)>(static_cast<const Source*>(task.source) +
                                       task.chosen[lane] * task.features + feature);
  }
}

template <class Source, class Real>
void pack(const PackTask<Real>& task) {
  for (std::int32_t from = task.first; from < task.last; from += kPackBlock) {
    const std::int32_t to = task.last - from < kPackBlock ? task.last : from + kPackBlock;
    const std::int32_t whole = from + (to - from) / 4 * 4;
    std::int32_t lane = 0;
    if (to + kPackBlock <= task.features) fetch_samples<Source>(task, to);
    for (; lane + 4 <= task.valid; lane += 4) {
      pack_four<Source>(task, lane, from, whole);
      for (int k = 0; k < 4; ++k) pack_lane<Source>(task, lane + k, whole, to);
    }
    for (; lane < task.width; ++lane) pack_lane<Source>(task, lane, from, to);
  }
}

template <class Real>
inline void unpack_four(const UnpackTask<Real>& task, std::int32_t lane, std::int32_t from,
                        std::int32_t to) {
  using V = Lanes<Real, 4>;
  Real* const out = task.out + lane * task.features;
  for (std::int32_t f = from; f < to; f += 4) {
    V v[4];
    for (int k = 0; k < 4; ++k) {
      v[k] = load<V>(task.tile + static_cast<std::int64_t>(f + k) * task.width + lane);
    }
    transpose_four(v[0], v[1], v[2], v[3]);
    for (int k = 0; k < 4; ++k) store(out + k * task.features + f, v[k]);
  }
}

template <class Real>
inline void unpack_lane(const UnpackTask<Real>& task, std::int32_t lane, std::int32_t from,
                        std::int32_t to) {
  Real* const out = task.out + lane * task.features;
  for (std::int32_t f = from; f < to; ++f) {
    out[f] = task.tile[static_cast<std::int64_t>(f) * task.width + lane];
  }
}

template <class Real>
void unpack(const UnpackTask<Real>& task) {
  for (std::int32_t from = task.first; from < task.last; from += kPackBlock) {
    const std::int32_t to = task.last - from < kPackBlock ? task.last : from + kPackBlock;
    const std::int32_t whole = from + (to - from) / 4 * 4;
    std::int32_t lane = 0;
    for (; lane + 4 <= task.valid; lane += 4) {
      unpack_four(task, lane, from, whole);
      for (int k = 0; k < 4; ++k) unpack_lane(task, lane + k, whole, to);
    }
    for (; lane < task.valid; ++lane) unpack_lane(task, lane, from, to);
  }
}

}  // namespace sparsegrow::cpu::SG_ISA
