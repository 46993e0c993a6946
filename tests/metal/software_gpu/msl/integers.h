// Functions of whole numbers, and select. Both arguments of min and max must have one type, as the
// overloads of Metal are ambiguous otherwise.
#pragma once

#include "types.h"

namespace metal {

template <class T>
T max(T a, T b) {
  return a > b ? a : b;
}
template <class T>
T min(T a, T b) {
  return a < b ? a : b;
}
template <class T>
T clamp(T value, T low, T high) {
  return min(max(value, low), high);
}
inline int abs(int x) { return x < 0 ? -x : x; }
inline long abs(long x) { return x < 0 ? -x : x; }

inline uint popcount(uint x) { return uint(__builtin_popcount(x)); }
inline ulong popcount(ulong x) { return ulong(__builtin_popcountl(x)); }
inline uint clz(uint x) { return x == 0 ? 32u : uint(__builtin_clz(x)); }
inline uint ctz(uint x) { return x == 0 ? 32u : uint(__builtin_ctz(x)); }
inline uint mulhi(uint a, uint b) { return uint(ulong(a) * b >> 32); }
inline int mulhi(int a, int b) { return int(long(a) * b >> 32); }
inline uint rotate(uint x, uint by) { return x << (by & 31u) | x >> (-by & 31u); }

// b where the condition holds, else a.
template <class T>
T select(T a, T b, bool condition) {
  return condition ? b : a;
}

}  // namespace metal
