// exp, tanh and sigmoid on lane blocks. float32 is our own, branch-free, so that it vectorises;
// float64 calls the C library lane by lane, as it exists for proofs and not for speed.
//
// float32, largest errors over every 61st of all floats, in units in the last place: exp 1.0, tanh
// 5.8 (4.4 with fused multiply-add), sigmoid 2.4. Results that would be subnormal are zero, large
// inputs saturate (exp: infinity), infinities are handled and NaN stays NaN.
#pragma once

#include "cpu/kernels/lanes.h"

namespace sparsegrow::cpu::SG_ISA {

template <class Real, int N>
struct Math;

template <int N>
struct Math<float, N> {
  using V = Lanes<float, N>;
  using I = Lanes<std::int32_t, N>;
  using U = Lanes<std::uint32_t, N>;

  // exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2, exp(r) by a polynomial (Cephes).
  static V exp(V x) {
    // Adding 1.5 * 2^23 leaves the rounded integer in the low bits, without a conversion.
    const V magic = splat<V>(12582912.0f);
    const V shifted = x * 1.44269504088896341f + magic;
    const V n = shifted - magic;
    const I exponent = (I)(same_bits<U>(shifted) - same_bits<U>(magic));
    V r = x - n * 0.693359375f;  // ln 2 in two parts, the first exact in few bits
    r = r + n * 2.12194440e-4f;
    V p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    // 2^n in two factors, as 2^128 is no float.
    const I half = exponent >> 1;
    p = p * power_of_two(half) * power_of_two(exponent - half);
    p = x > splat<V>(88.722831f) ? splat<V>(__builtin_inff()) : p;
    return x < splat<V>(-87.336544f) ? V{} : p;
  }

  // x P(x^2) / Q(x^2) of degrees 5 and 4, fitted to the least relative error (1.3e-9) up to 9,
  // where tanh is 1 in float32. Half the time of the way over exp.
  static V tanh(V x) {
    const V limit = splat<V>(9.0f), one = splat<V>(1.0f);
    x = x > limit ? limit : x < -limit ? -limit : x;
    const V s = x * x;
    V p = s * -1.22462485e-11f + 3.06425303e-8f;
    p = p * s + 2.80313118e-5f;
    p = p * s + 3.86950803e-3f;
    p = p * s + 0.136808565f;
    p = p * s + 1.0f;
    V q = s * 1.28903516e-6f + 3.94071345e-4f;
    q = q * s + 2.72501567e-2f;
    q = q * s + 0.470141886f;
    q = q * s + 1.0f;
    const V y = x * p / q;
    return y > one ? one : y < -one ? -one : y;
  }

  static V sigmoid(V x) { return 1.0f / (1.0f + exp(-x)); }

 private:
  static V power_of_two(I n) { return same_bits<V>((U)(n + 127) << 23); }
};

template <int N>
struct Math<double, N> {
  using V = Lanes<double, N>;

  static V exp(V x) {
    if constexpr (N == 1) {
      return __builtin_exp(x);
    } else {
      for (int k = 0; k < N; ++k) x[k] = __builtin_exp(x[k]);
      return x;
    }
  }

  static V tanh(V x) {
    if constexpr (N == 1) {
      return __builtin_tanh(x);
    } else {
      for (int k = 0; k < N; ++k) x[k] = __builtin_tanh(x[k]);
      return x;
    }
  }

  static V sigmoid(V x) { return 1.0 / (1.0 + exp(-x)); }
};

inline float log_of(float x) { return __builtin_logf(x); }
inline double log_of(double x) { return __builtin_log(x); }

}  // namespace sparsegrow::cpu::SG_ISA
