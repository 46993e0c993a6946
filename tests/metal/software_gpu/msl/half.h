// Half precision, rounded to nearest even after every operation.
#pragma once

#include "types.h"

class half {
 public:
  half() = default;
  half(float value) : bits_(rounded(as_type<uint32_t>(value))) {}
  operator float() const { return as_type<float>(widened(bits_)); }

  half& operator+=(half b) { return *this = half(float(*this) + float(b)); }
  half& operator-=(half b) { return *this = half(float(*this) - float(b)); }
  half& operator*=(half b) { return *this = half(float(*this) * float(b)); }
  half& operator/=(half b) { return *this = half(float(*this) / float(b)); }

 private:
  static uint16_t rounded(uint32_t f) {
    const uint32_t sign = f >> 16 & 0x8000u, size = f & 0x7fffffffu;
    if (size > 0x7f800000u) return uint16_t(sign | 0x7e00u);   // NaN
    if (size >= 0x477ff000u) return uint16_t(sign | 0x7c00u);  // to infinity
    if (size >= 0x38800000u) return uint16_t(sign | nearest(size - 0x38000000u, 13));
    const uint32_t shift = 126u - (size >> 23);  // subnormal
    if (shift > 24u) return uint16_t(sign);
    return uint16_t(sign | nearest((size & 0x7fffffu) | 0x800000u, shift));
  }

  static uint32_t nearest(uint32_t value, uint32_t shift) {
    const uint32_t kept = value >> shift, lost = value & ((1u << shift) - 1),
                   tie = 1u << (shift - 1);
    return kept + (lost > tie || (lost == tie && (kept & 1u)) ? 1u : 0u);
  }

  static uint32_t widened(uint32_t h) {
    const uint32_t sign = (h & 0x8000u) << 16, size = h & 0x7fffu;
    if (size >= 0x7c00u) return sign | 0x7f800000u | (size & 0x3ffu) << 13;
    if (size >= 0x400u) return sign | ((size << 13) + 0x38000000u);
    return sign | as_type<uint32_t>(float(size) * 5.9604644775390625e-8f);
  }

  uint16_t bits_;
};

inline half operator+(half a, half b) { return half(float(a) + float(b)); }
inline half operator-(half a, half b) { return half(float(a) - float(b)); }
inline half operator*(half a, half b) { return half(float(a) * float(b)); }
inline half operator/(half a, half b) { return half(float(a) / float(b)); }
inline half operator-(half a) { return half(-float(a)); }
inline bool operator==(half a, half b) { return float(a) == float(b); }
inline bool operator!=(half a, half b) { return float(a) != float(b); }
inline bool operator<(half a, half b) { return float(a) < float(b); }
inline bool operator>(half a, half b) { return float(a) > float(b); }
inline bool operator<=(half a, half b) { return float(a) <= float(b); }
inline bool operator>=(half a, half b) { return float(a) >= float(b); }

// Beside any other number a half is a float; without these both sides could give way.
#define SOFTWARE_GPU_MIXED(type, result, op)               \
  inline result operator op(half a, type b) {              \
    return static_cast<float>(a) op static_cast<float>(b); \
  }                                                        \
  inline result operator op(type a, half b) {              \
    return static_cast<float>(a) op static_cast<float>(b); \
  }
#define SOFTWARE_GPU_MIXED_ALL(type) \
  SOFTWARE_GPU_MIXED(type, float, +) \
  SOFTWARE_GPU_MIXED(type, float, -) \
  SOFTWARE_GPU_MIXED(type, float, *) \
  SOFTWARE_GPU_MIXED(type, float, /) \
  SOFTWARE_GPU_MIXED(type, bool, ==) \
  SOFTWARE_GPU_MIXED(type, bool, !=) \
  SOFTWARE_GPU_MIXED(type, bool, <)  \
  SOFTWARE_GPU_MIXED(type, bool, >)  \
  SOFTWARE_GPU_MIXED(type, bool, <=) \
  SOFTWARE_GPU_MIXED(type, bool, >=)
SOFTWARE_GPU_MIXED_ALL(float)
SOFTWARE_GPU_MIXED_ALL(int)
SOFTWARE_GPU_MIXED_ALL(uint)
#undef SOFTWARE_GPU_MIXED_ALL
#undef SOFTWARE_GPU_MIXED
