// Which units dropout drops: all backends agree to the bit, as they share this header. Legal C++
// and legal Metal, like kernel_params.h.
//
//   of_call = dropout_call(seed, step)         once per call
//   of_row  = dropout_row(of_call, row)        once per panel row
//   dropped = dropout_hash(of_row, column) < dropout_threshold(drop.rate)
#pragma once

#include "sparsegrow/backend/kernel_params.h"

// Inlined always: the CPU's kernels are compiled for several instruction sets, and a copy kept by
// the linker would be of only one of them.
#if defined(__METAL_VERSION__)
#define SG_ALWAYS_INLINE inline
#else
#define SG_ALWAYS_INLINE __attribute__((always_inline)) inline
#endif

namespace sparsegrow {

SG_CONSTANT uint32_t kGoldenRatio = 0x9e3779b9u;  // 2^32 / 1.618

// A 32-bit finaliser with two multiplications (the constants of "lowbias32"), good enough that each
// bit of the input flips each bit of the output about half the time. `U` is one word or a block of
// them.
template <class U>
SG_ALWAYS_INLINE U mix_bits(U h) {
  h ^= h >> 16;
  h *= 0x7feb352du;
  h ^= h >> 15;
  h *= 0x846ca68bu;
  return h ^ (h >> 16);
}

SG_ALWAYS_INLINE uint32_t dropout_call(uint32_t seed, uint32_t step) {
  return mix_bits(seed ^ mix_bits(step + kGoldenRatio));
}

SG_ALWAYS_INLINE uint32_t dropout_row(uint32_t of_call, int32_t row) {
  return mix_bits(of_call + static_cast<uint32_t>(row));
}

// `column` is a sample of the batch, counted from 0, or a block of them.
template <class U>
SG_ALWAYS_INLINE U dropout_hash(uint32_t of_row, U column) {
  return mix_bits(of_row ^ column * kGoldenRatio);
}

// Hashes below it are dropped: rate * 2^32, exact in float.
SG_ALWAYS_INLINE uint32_t dropout_threshold(float rate) {
  return static_cast<uint32_t>(rate * 4294967296.0f);
}

}  // namespace sparsegrow
