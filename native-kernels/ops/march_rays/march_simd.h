// march_ray for per-ISA files: 16 lattice points at a time, no DDA. ts needs room for max_samples + 16.
#pragma once
#include "march_rays.h"
#include "portrait/simd.h"

namespace portrait {
namespace {

constexpr int kMarchRow = kMaxSamples + 16;

PORTRAIT_INLINE int march_ray16(const OccupancyView& occ, const float* o, const float* d, float jitter, int max_samples,
                                float* ts) {
  float near = kMinNear, far = 1e9f;
  PORTRAIT_UNROLL for (int k = 0; k < 3; k++) {
    const float r = 1 / d[k], a = (occ.lo[k] - o[k]) * r, b = (occ.hi[k] - o[k]) * r;
    const float lo = a < b ? a : b, hi = a < b ? b : a;
    near = near > lo ? near : lo;
    far = far < hi ? far : hi;
  }
  if (!(near < far) || near > kMaxNear) return 0;
  far = far < near + kMaxMarch ? far : near + kMaxMarch;
  const float start = jitter * kStep;
  const int first = (int)ceilf((near - start) / kStep), last = (int)floorf((far - start) / kStep);
  const Vec16 ramp = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  constexpr float half = kOccupancySide / 2;
  const Vec16 top = splat16(kOccupancySide - 1), zero = Vec16{};
  int n = 0;
  for (int i = first; i <= last && n < max_samples; i += 16) {
    const Vec16 t = (ramp + (float)i) * kStep + start;
    Int16 cell[3];
    PORTRAIT_UNROLL for (int k = 0; k < 3; k++) {
      Vec16 c = (t * d[k] + o[k]) * half + half;  // clamped as floats: NaN and large values do not fit an int
      c = c > zero ? c : zero;
      c = c < top ? c : top;
      cell[k] = __builtin_convertvector(c, Int16);
    }
    const Int16 id = cell[0] + (cell[1] << 7) + (cell[2] << 14);
    alignas(64) int32_t ids[16];
    alignas(64) float at[16];
    *(Int16*)ids = id;
    *(Vec16*)at = t;
    const int count = last - i + 1 < 16 ? last - i + 1 : 16;
    for (int j = 0; j < count; j++) {
      ts[n] = at[j];
      n += (int)(occ.bits[ids[j] >> 5] >> (ids[j] & 31) & 1);
    }
  }
  return n < max_samples ? n : max_samples;
}

}  // namespace
}  // namespace portrait
