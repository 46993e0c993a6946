// Functions of floats. Halves are computed as floats. Accuracy is the host's: Metal's is lower.
#pragma once

#include "half.h"

namespace metal {

#define SOFTWARE_GPU_UNARY(name, value)        \
  inline float name(float x) { return value; } \
  inline half name(half h) {                   \
    const float x = h;                         \
    return half(value);                        \
  }
SOFTWARE_GPU_UNARY(acos, __builtin_acosf(x))
SOFTWARE_GPU_UNARY(asin, __builtin_asinf(x))
SOFTWARE_GPU_UNARY(asinh, __builtin_asinhf(x))
SOFTWARE_GPU_UNARY(atan, __builtin_atanf(x))
SOFTWARE_GPU_UNARY(ceil, __builtin_ceilf(x))
SOFTWARE_GPU_UNARY(cos, __builtin_cosf(x))
SOFTWARE_GPU_UNARY(cosh, __builtin_coshf(x))
SOFTWARE_GPU_UNARY(exp, __builtin_expf(x))
SOFTWARE_GPU_UNARY(exp2, __builtin_exp2f(x))
SOFTWARE_GPU_UNARY(fabs, __builtin_fabsf(x))
SOFTWARE_GPU_UNARY(abs, __builtin_fabsf(x))
SOFTWARE_GPU_UNARY(floor, __builtin_floorf(x))
SOFTWARE_GPU_UNARY(fract, x - __builtin_floorf(x))
SOFTWARE_GPU_UNARY(log, __builtin_logf(x))
SOFTWARE_GPU_UNARY(log10, __builtin_log10f(x))
SOFTWARE_GPU_UNARY(log2, __builtin_log2f(x))
SOFTWARE_GPU_UNARY(rint, __builtin_rintf(x))
SOFTWARE_GPU_UNARY(round, __builtin_roundf(x))
SOFTWARE_GPU_UNARY(rsqrt, 1.0f / __builtin_sqrtf(x))
SOFTWARE_GPU_UNARY(sign, x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x == 0.0f ? x : 0.0f)
SOFTWARE_GPU_UNARY(sin, __builtin_sinf(x))
SOFTWARE_GPU_UNARY(sinh, __builtin_sinhf(x))
SOFTWARE_GPU_UNARY(sqrt, __builtin_sqrtf(x))
SOFTWARE_GPU_UNARY(tan, __builtin_tanf(x))
SOFTWARE_GPU_UNARY(tanh, __builtin_tanhf(x))
SOFTWARE_GPU_UNARY(trunc, __builtin_truncf(x))
#undef SOFTWARE_GPU_UNARY

#define SOFTWARE_GPU_BINARY(name, value)                \
  inline float name(float x, float y) { return value; } \
  inline half name(half a, half b) {                    \
    const float x = a, y = b;                           \
    return half(value);                                 \
  }
SOFTWARE_GPU_BINARY(atan2, __builtin_atan2f(x, y))
SOFTWARE_GPU_BINARY(copysign, __builtin_copysignf(x, y))
SOFTWARE_GPU_BINARY(fdim, __builtin_fdimf(x, y))
SOFTWARE_GPU_BINARY(fmax, __builtin_fmaxf(x, y))
SOFTWARE_GPU_BINARY(fmin, __builtin_fminf(x, y))
SOFTWARE_GPU_BINARY(fmod, __builtin_fmodf(x, y))
SOFTWARE_GPU_BINARY(max, __builtin_fmaxf(x, y))
SOFTWARE_GPU_BINARY(min, __builtin_fminf(x, y))
SOFTWARE_GPU_BINARY(pow, __builtin_powf(x, y))
SOFTWARE_GPU_BINARY(powr, __builtin_powf(x, y))
SOFTWARE_GPU_BINARY(step, y < x ? 0.0f : 1.0f)
#undef SOFTWARE_GPU_BINARY

inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline float clamp(float x, float low, float high) { return min(max(x, low), high); }
inline float saturate(float x) { return clamp(x, 0.0f, 1.0f); }
inline float mix(float x, float y, float share) { return x + (y - x) * share; }
inline float ldexp(float x, int exponent) { return __builtin_ldexpf(x, exponent); }

inline bool isnan(float x) { return __builtin_isnan(x); }
inline bool isinf(float x) { return __builtin_isinf(x); }
inline bool isfinite(float x) { return __builtin_isfinite(x); }
inline bool isnormal(float x) { return __builtin_isnormal(x); }
inline bool signbit(float x) { return __builtin_signbit(x); }

// Metal offers each function twice more; here they are all the same.
namespace precise = ::metal;
namespace fast = ::metal;

}  // namespace metal
