// Vector types for per-ISA files (ops/*/cpu.cpp and the headers they include), made of GCC/clang vector extensions.
// Everything here has internal linkage and no STL: a weak symbol compiled for AVX-512 could otherwise be picked by
// the linker for the plain build. The test `no_weak_symbols` checks that.
//   Vec    one register of this ISA, kLanes floats
//   Vec16  16 floats whatever the ISA: one lane a grid level, or 16 lattice points of a ray
//   Vec4   two grid entries of two channels: an x-neighbour pair, one 16-byte load
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PORTRAIT_INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define PORTRAIT_UNROLL _Pragma("clang loop unroll(full)")
#define PORTRAIT_NO_UNROLL _Pragma("clang loop unroll(disable)")
#else
#define PORTRAIT_UNROLL _Pragma("GCC unroll 64")
#define PORTRAIT_NO_UNROLL _Pragma("GCC unroll 1")
#endif

namespace portrait {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16, kMaxVectors = 4, kRows = 6;  // 24 accumulators of 32 registers
#elif defined(__AVX__)
constexpr int kLanes = 8, kMaxVectors = 2, kRows = 6;  // 12 of 16
#elif defined(__aarch64__)
constexpr int kLanes = 4, kMaxVectors = 4, kRows = 6;
#else
constexpr int kLanes = 4, kMaxVectors = 2, kRows = 4;  // 8 of 16
#endif

typedef float Vec __attribute__((vector_size(kLanes * 4)));
typedef int32_t VecI __attribute__((vector_size(kLanes * 4)));
typedef float VecU __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));
typedef float Vec16 __attribute__((vector_size(64)));
typedef float Vec16U __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t Int16 __attribute__((vector_size(64)));
typedef float Vec4 __attribute__((vector_size(16)));
typedef float Vec4U __attribute__((vector_size(16), aligned(4), may_alias));
typedef float Vec2U __attribute__((vector_size(8), aligned(4), may_alias));

PORTRAIT_INLINE Vec load(const float* p) { return *(const VecU*)p; }
PORTRAIT_INLINE void store(float* p, Vec v) { *(VecU*)p = v; }
// `x - Vec{}`, not `x + Vec{}`: the sum does not fold to a broadcast (-0.0 + 0.0 is +0.0) and costs a third.
PORTRAIT_INLINE Vec splat(float x) { return x - Vec{}; }
PORTRAIT_INLINE Vec relu(Vec v) { return v > 0.f ? v : Vec{}; }

PORTRAIT_INLINE Vec16 load16(const float* p) { return *(const Vec16U*)p; }
PORTRAIT_INLINE void store16(float* p, Vec16 v) { *(Vec16U*)p = v; }
PORTRAIT_INLINE Vec16 splat16(float x) { return x - Vec16{}; }

PORTRAIT_INLINE Vec4 load4(const float* p) { return *(const Vec4U*)p; }
PORTRAIT_INLINE void store4(float* p, Vec4 v) { *(Vec4U*)p = v; }
PORTRAIT_INLINE Vec4 splat4(float x) { return x - Vec4{}; }

// Cephes-style exp, relative error below 2e-7 in [-87, 88], clamped outside.
PORTRAIT_INLINE Vec vec_exp(Vec x) {
  x = x > -87.f ? x : splat(-87.f);
  x = x < 88.f ? x : splat(88.f);
  const Vec shifted = x * 1.44269504f + 12582912.f;  // 1.5 * 2^23: the low mantissa bits hold round(x / ln 2)
  const Vec n = shifted - 12582912.f;
  Vec r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  Vec q = splat(1.9875691500e-4f);
  q = q * r + 1.3981999507e-3f;
  q = q * r + 8.3334519073e-3f;
  q = q * r + 4.1665795894e-2f;
  q = q * r + 1.6666665459e-1f;
  q = q * r + 5.0000001201e-1f;
  q = q * (r * r) + (r + 1.f);
  const VecI power = (__builtin_convertvector(n, VecI) + 127) << 23;
  return q * (Vec)power;
}
PORTRAIT_INLINE Vec vec_sigmoid(Vec x) { return 1.f / (1.f + vec_exp(-x)); }
PORTRAIT_INLINE Vec vec_tanh(Vec x) { return 2.f * vec_sigmoid(x + x) - 1.f; }

// Sum of the lanes down to four partial sums.
PORTRAIT_INLINE Vec4 fold4(Vec v) {
#if defined(__AVX512F__)
  typedef float Half __attribute__((vector_size(32)));
  const Half h = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                 __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  return __builtin_shufflevector(h, h, 0, 1, 2, 3) + __builtin_shufflevector(h, h, 4, 5, 6, 7);
#elif defined(__AVX__)
  return __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
#else
  return v;
#endif
}
// Four row sums at once: result[i] = sum of the lanes of row i.
PORTRAIT_INLINE Vec4 sum_rows(Vec4 a, Vec4 b, Vec4 c, Vec4 d) {
  const Vec4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Vec4 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

}  // namespace
}  // namespace portrait
