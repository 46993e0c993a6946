// The values of the edges of the listed rows in turn, one by one or four at a time.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

// Four numbers, each in all lanes of a vector of its own.
template <class Real, int N>
inline void splat_four(const Real* from, Lanes<Real, N> (&to)[4]) {
  for (int i = 0; i < 4; ++i) to[i] = splat<Lanes<Real, N>>(from[i]);
}

// One load and four shuffles: products are bound by the number of their loads.
#if defined(__AVX__)
template <>
inline void splat_four<float, 8>(const float* from, Lanes<float, 8> (&to)[4]) {
  const __m256 four = _mm256_broadcast_ps(reinterpret_cast<const __m128*>(from));
  to[0] = _mm256_permute_ps(four, 0x00);
  to[1] = _mm256_permute_ps(four, 0x55);
  to[2] = _mm256_permute_ps(four, 0xaa);
  to[3] = _mm256_permute_ps(four, 0xff);
}
#endif

template <class Real, Values From>
class RowValues {
 public:
  explicit RowValues(const SpmmTask<Real>& task) : task_(task), kept_(task.kept) {}

  void enter_row(std::int32_t begin) {
    if constexpr (From == Values::in_place) row_ = task_.values + begin;
    if constexpr (From == Values::kept) row_ = kept_;
    if constexpr (From == Values::gather || From == Values::gather_keep)
      place_ = task_.position + begin;
  }
  Real at(std::int32_t e) const {
    if constexpr (From == Values::in_place || From == Values::kept) return row_[e];
    const Real value = task_.values[place_[e]];
    if constexpr (From == Values::gather_keep) kept_[e] = value;
    return value;
  }
  Lanes<Real, 4> four_at(std::int32_t e) const {
    if constexpr (From == Values::in_place || From == Values::kept) {
      return load<Lanes<Real, 4>>(row_ + e);
    } else {
      std::uint64_t place[4];
      load_columns(place_ + e, place);
      const Real* const values = task_.values;
      const Lanes<Real, 4> four{values[place[0]], values[place[1]], values[place[2]],
                                values[place[3]]};
      if constexpr (From == Values::gather_keep) store(kept_ + e, four);
      return four;
    }
  }
  // Of edges e to e + 3.
  template <int N>
  void splat_at(std::int32_t e, Lanes<Real, N> (&to)[4]) const {
    if constexpr (From == Values::in_place || From == Values::kept) {
      splat_four<Real, N>(row_ + e, to);
    } else {
      const Lanes<Real, 4> four = four_at(e);
      for (int i = 0; i < 4; ++i) to[i] = splat<Lanes<Real, N>>(four[i]);
    }
  }
  void leave_row(std::int32_t edges) {
    if constexpr (From == Values::kept || From == Values::gather_keep) kept_ += edges;
  }

 private:
  const SpmmTask<Real>& task_;
  Real* kept_;
  const Real* row_ = nullptr;
  const std::int32_t* place_ = nullptr;
};

}  // namespace sparsegrow::cpu::SG_ISA
