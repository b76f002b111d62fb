// Sample positions of a ray, scalar and in any precision: the obvious twin of march_simd.h.
//
// About rays: origin and unit direction in world units, the scene in the cube [-1,1]^3 (bound 1).
// About samples: they lie on a lattice t = (jitter + i) * step anchored at the camera, step = 2*sqrt(3)/128 constant
// (reference code: dt_min equals dt_max for up to 128 steps). The first `max_samples` lattice points whose occupancy
// cell is set are the ray's samples; a cap of 16 means at most 16 *occupied* points, not 16 points.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>

namespace portrait {

constexpr int kOccupancySide = 128;
constexpr float kStep = 2 * 1.7320508075688772f / 128;
constexpr float kMinNear = 0.05f;
// Bounds for directions that are not unit: a unit ray crosses the cube in at most 2*sqrt(3). Farther away than
// kMaxNear, fp32 cannot tell neighbouring lattice points apart.
constexpr float kMaxMarch = 4, kMaxNear = 1e4f;
constexpr int kMaxSamples = 32;

// Cell (x, y, z) is bit x & 31 of word ((z*128 + y)*128 + x) >> 5. lo, hi: box of the set cells, world units.
struct OccupancyView {
  const uint32_t* bits;
  float lo[3], hi[3];
};

// t [max_samples]; returns the count.
template <class S>
inline int march_ray(const OccupancyView& occ, const S* origin, const S* dir, S jitter, int max_samples, S* t_out) {
  S near = S(kMinNear), far = S(1e9);
  for (int k = 0; k < 3; k++) {
    const S r = 1 / dir[k], a = (S(occ.lo[k]) - origin[k]) * r, b = (S(occ.hi[k]) - origin[k]) * r;
    const S lo = a < b ? a : b, hi = a < b ? b : a;
    near = near > lo ? near : lo;
    far = far < hi ? far : hi;
  }
  if (!(near < far) || near > S(kMaxNear)) return 0;
  if (far > near + S(kMaxMarch)) far = near + S(kMaxMarch);
  const S start = jitter * S(kStep);
  const int first = int(ceil(double((near - start) / S(kStep)))), last = int(floor(double((far - start) / S(kStep))));
  int n = 0;
  for (int i = first; i <= last && n < max_samples; i++) {
    const S t = start + S(i) * S(kStep);
    int cell[3];
    for (int k = 0; k < 3; k++) {
      const S at = (origin[k] + t * dir[k]) * S(kOccupancySide / 2) + S(kOccupancySide / 2);
      cell[k] = at > 0 ? (at < kOccupancySide - 1 ? int(at) : kOccupancySide - 1) : 0;
    }
    const size_t id = (size_t(cell[2]) * kOccupancySide + size_t(cell[1])) * kOccupancySide + size_t(cell[0]);
    if (occ.bits[id >> 5] >> (id & 31) & 1) t_out[n++] = t;
  }
  return n;
}

}  // namespace portrait
