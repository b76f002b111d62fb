// Per-thread buffers of the fused head and its forward pass over a tile of samples. Per-ISA file: no STL.
#pragma once
#include "ops/grid_encode/grid_simd.h"
#include "ops/march_rays/march_simd.h"
#include "ops/sph_harmonics/sph_harmonics.h"
#include "kernels.h"
#include "portrait/gemm.h"

namespace portrait {
namespace {

// Rows are samples. in = [f | g], the input of the density net, kept as one row so that concatenation is free.
struct Tile {
  float *in, *a1, *a2, *h1, *h2, *hc, *d1, *d2;  // [row][64]: inputs, hidden layers of the three nets, two gradients
  float *x, *y, *z, *xa, *ya, *za;               // position in [0,1], ambient coordinate in [-1,1]
  float *sigma, *alpha, *before;                 // density, opacity, transmittance before the sample (-1: terminated)
  float* rgb;                                    // [3] planar, stride kScratchRow
  float *d_sigma, *d_rgb, *d_xa, *d_ya, *d_za;   // gradients by the activations' inputs; d_rgb planar
  int32_t* ray;
  float *ray_bias, *ray_gradient;  // [ray][64] first colour layer: SH and code; and its gradient
  float *sh, *ts;                  // [ray][16], [ray][kMarchRow]
};

PORTRAIT_INLINE Tile tile_of(HeadScratch& scratch) {
  Tile t;
  float* at = scratch.memory;
  float** rows[8] = {&t.in, &t.a1, &t.a2, &t.h1, &t.h2, &t.hc, &t.d1, &t.d2};
  for (int i = 0; i < 8; i++, at += kScratchRow * 64) *rows[i] = at;
  float** columns[13] = {&t.x,     &t.y,      &t.z,       &t.xa,   &t.ya,   &t.za,  &t.sigma,
                         &t.alpha, &t.before, &t.d_sigma, &t.d_xa, &t.d_ya, &t.d_za};
  for (int i = 0; i < 13; i++, at += kScratchRow) *columns[i] = at;
  t.ray = (int32_t*)at, at += kScratchRow;
  t.rgb = at, at += 3 * kScratchRow;
  t.d_rgb = at, at += 3 * kScratchRow;
  t.ray_bias = at, at += kTraceRays * 64;
  t.ray_gradient = at, at += kTraceRays * 64;
  t.sh = at, at += kTraceRays * 16;
  t.ts = at;
  return t;
}
// The same buffers from sample `s` on.
PORTRAIT_INLINE Tile tile_at(const Tile& t, int s) {
  Tile v = t;
  float** rows[8] = {&v.in, &v.a1, &v.a2, &v.h1, &v.h2, &v.hc, &v.d1, &v.d2};
  for (int i = 0; i < 8; i++) *rows[i] += (size_t)s * 64;
  float** columns[15] = {&v.x,      &v.y,       &v.z,    &v.xa,   &v.ya,   &v.za,  &v.sigma, &v.alpha,
                         &v.before, &v.d_sigma, &v.d_xa, &v.d_ya, &v.d_za, &v.rgb, &v.d_rgb};
  for (int i = 0; i < 15; i++) *columns[i] += s;
  v.ray += s;
  return v;
}

PORTRAIT_INLINE void apply_tanh(float* a, int n) {
  for (int i = 0; i < n; i += kLanes) store(a + i, vec_tanh(load(a + i)));
}
PORTRAIT_INLINE void apply_sigmoid(float* a, int n) {
  for (int i = 0; i < n; i += kLanes) store(a + i, vec_sigmoid(load(a + i)));
}
PORTRAIT_INLINE void apply_exp(float* a, float shift, int n) {
  for (int i = 0; i < n; i += kLanes) store(a + i, vec_exp(load(a + i) + shift));
}
// alpha = 1 - exp(-sigma * step)
PORTRAIT_INLINE void opacity(const float* sigma, float* alpha, int n) {
  for (int i = 0; i < n; i += kLanes) store(alpha + i, 1.f - vec_exp(load(sigma + i) * -kStep));
}

// First colour layer's bias of one ray: code (from the condition) + SH of the direction.
PORTRAIT_INLINE void ray_bias_row(const HeadWeights& w, const HeadCondition& c, const float* sh, float* out) {
  const float* dir = w.params + w.layout->color1_dir;
  for (int j = 0; j < 64; j += kLanes) {
    Vec a = load(c.color + j);
    for (int k = 0; k < kSphHarmonics; k++) a += sh[k] * load(dir + k * 64 + j);
    store(out + j, a);
  }
}

// The ambient coordinate of a tile's samples, from [-1,1] to the grid's [0,1].
struct AmbientPoint {
  alignas(64) float at[3][kTileSamples + 16];
};
PORTRAIT_INLINE void ambient_point(const Tile& t, int n, int dims, AmbientPoint& p) {
  for (int c = 0; c < dims; c++)
    for (int i = 0; i < n; i++) p.at[c][i] = t.xa[c * kScratchRow + i] * .5f + .5f;
}

// Samples [0, n) of the tile: from x, y, z to sigma, xa, ya and (kColor) rgb. Rows up to the next multiple of twelve
// are computed too, from zeroed features, so that no stale NaN can reach a sum.
template <bool kColor>
static void tile_forward(const HeadWeights& w, const HeadCondition& c, Tile& t, int n, const float* ray_bias) {
  const HeadLayout& h = *w.layout;
  const float* p = w.params;
  const int rows = pad_rows(n);
  for (int i = n; i < rows; i++) {
    memset(t.in + i * 64, 0, 64 * sizeof(float));
    t.ray[i] = n > 0 ? t.ray[0] : 0;
  }
  grid_encode3_forward(h.spatial, p + h.spatial_table, t.x, t.y, t.z, n, t.in, 64);
  gemm_forward<64, kRowBias, true>(t.in, 64, p + h.ambient1_f, 64, kFeatures, t.a1, 64, rows, c.ambient);
  gemm_forward<64, kNoBias, true>(t.a1, 64, p + h.ambient2, 64, 64, t.a2, 64, rows);
  AmbientPoint point;
  if (h.ambient.dim == 2) {
    narrow_forward<2>(t.a2, 64, p + h.ambient3, t.xa, (int)kScratchRow, rows);
    apply_tanh(t.xa, n);
    apply_tanh(t.ya, n);
    ambient_point(t, n, 2, point);
    grid_encode2_forward(h.ambient, p + h.ambient_table, point.at[0], point.at[1], n, t.in + kFeatures, 64);
  } else {
    narrow_forward<3>(t.a2, 64, p + h.ambient3, t.xa, (int)kScratchRow, rows);
    for (int c = 0; c < 3; c++) apply_tanh(t.xa + c * kScratchRow, n);
    ambient_point(t, n, 3, point);
    grid_encode3_forward(h.ambient, p + h.ambient_table, point.at[0], point.at[1], point.at[2], n, t.in + kFeatures,
                         64);
  }
  gemm_forward<64, kRowBias, true>(t.in, 64, p + h.density1, 64, 64, t.h1, 64, rows, c.density);
  gemm_forward<64, kNoBias, true>(t.h1, 64, p + h.density2, 64, 64, t.h2, 64, rows);
  narrow_forward<1>(t.h2, 64, p + h.density3_sigma, t.sigma, 0, rows);
  apply_exp(t.sigma, w.density_bias, n);
  if (!kColor) return;
  gemm_forward<64, kIndexedBias, true>(t.h2, 64, w.merged, 64, 64, t.hc, 64, rows, ray_bias, t.ray);
  narrow_forward<3>(t.hc, 64, p + h.color2, t.rgb, (int)kScratchRow, rows);
  for (int k = 0; k < 3; k++) apply_sigmoid(t.rgb + k * kScratchRow, n);
}

}  // namespace
}  // namespace portrait
