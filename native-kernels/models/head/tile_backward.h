// Backward pass of the fused head over samples [0, n) of a tile. Inputs: d_sigma by the input of exp, d_rgb by the
// input of the sigmoid (planar), d_xa, d_ya and d_za by the ambient coordinate from the dynamic loss. Adds to every
// gradient.
#pragma once
#include "tile.h"

namespace portrait {
namespace {

// A narrow layer backwards: d_w[o] += sum_i d[o][i] h[i], and out[i] = (sum_o d[o][i] w[o]) masked by h > 0.
template <int kOut>
static void narrow_backward(const float* h, const float* w, const float* const* d, int rows, float* d_w, float* out) {
  constexpr int NV = kMaxVectors < 64 / kLanes ? kMaxVectors : 64 / kLanes;
  for (int column = 0; column < 64; column += NV * kLanes) {
    Vec weight[kOut][NV], gradient[kOut][NV];
    PORTRAIT_UNROLL for (int o = 0; o < kOut; o++) PORTRAIT_UNROLL for (int j = 0; j < NV; j++) {
      weight[o][j] = load(w + o * 64 + column + kLanes * j);
      gradient[o][j] = load(d_w + o * 64 + column + kLanes * j);
    }
    for (int i = 0; i < rows; i++) {
      Vec s[kOut];
      PORTRAIT_UNROLL for (int o = 0; o < kOut; o++) s[o] = splat(d[o][i]);
      PORTRAIT_UNROLL for (int j = 0; j < NV; j++) {
        const Vec a = load(h + (size_t)i * 64 + column + kLanes * j);
        Vec v = s[0] * weight[0][j];
        PORTRAIT_UNROLL for (int o = 1; o < kOut; o++) v += s[o] * weight[o][j];
        PORTRAIT_UNROLL for (int o = 0; o < kOut; o++) gradient[o][j] += s[o] * a;
        store(out + (size_t)i * 64 + column + kLanes * j, a > 0.f ? v : Vec{});
      }
    }
    PORTRAIT_UNROLL for (int o = 0; o < kOut; o++) PORTRAIT_UNROLL for (int j = 0; j < NV; j++)
        store(d_w + o * 64 + column + kLanes * j, gradient[o][j]);
  }
}

// sum[64] += rows of m [n][64]
PORTRAIT_INLINE void add_rows(const float* m, int n, float* sum) {
  for (int j = 0; j < 64; j += kLanes) {
    Vec a = load(sum + j);
    for (int i = 0; i < n; i++) a += load(m + (size_t)i * 64 + j);
    store(sum + j, a);
  }
}

static void tile_backward(const HeadWeights& w, Tile& t, int n, HeadGradients& g, FrameGradients* frame,
                          float* ray_gradient) {
  const HeadLayout& h = *w.layout;
  const float* p = w.params;
  float* d = g.flat;
  const float* ambient1_t = w.transposed;
  const float* ambient2_t = ambient1_t + 64 * 32;
  const float* density1_t = ambient2_t + 4096;
  const float* density2_t = density1_t + 4096;
  const float* merged_t = density2_t + 4096;
  const int rows = pad_rows(n);
  // Padding rows carry no gradient. Their activations may be those of an earlier step, because forward rounds pad at
  // other places: a NaN there times a zero gradient would be NaN.
  for (int i = n; i < rows; i++) {
    float* const activations[6] = {t.in, t.a1, t.a2, t.h1, t.h2, t.hc};
    for (int k = 0; k < 6; k++) memset(activations[k] + i * 64, 0, 64 * sizeof(float));
    t.d_sigma[i] = t.d_xa[i] = t.d_ya[i] = t.d_za[i] = 0;
    for (int k = 0; k < 3; k++) t.d_rgb[k * kScratchRow + i] = 0;
  }

  // colour net
  const float* const d_rgb[3] = {t.d_rgb, t.d_rgb + kScratchRow, t.d_rgb + 2 * kScratchRow};
  narrow_backward<3>(t.hc, p + h.color2, d_rgb, rows, d + h.color2, t.d1);
  for (int i = 0; i < n; i++) {
    float* to = ray_gradient + (size_t)t.ray[i] * 64;
    for (int j = 0; j < 64; j += kLanes) store(to + j, load(to + j) + load(t.d1 + (size_t)i * 64 + j));
  }
  gemm_weights<64>(t.h2, 64, t.d1, 64, rows, g.merged, 64, 64);

  // density net; d2 starts as the share of sigma, then the colour net's is added and the mask applied
  const float* const d_sigma[1] = {t.d_sigma};
  narrow_backward<1>(t.h2, p + h.density3_sigma, d_sigma, rows, d + h.density3_sigma, t.d2);
  gemm_backward<64, true, true>(t.d1, 64, merged_t, 64, 64, t.d2, 64, rows, t.h2, 64);
  gemm_weights<64>(t.h1, 64, t.d2, 64, rows, d + h.density2, 64, 64);
  gemm_backward<64, true, false>(t.d2, 64, density2_t, 64, 64, t.d1, 64, rows, t.h1, 64);
  gemm_weights<64>(t.in, 64, t.d1, 64, rows, d + h.density1, 64, 64);
  add_rows(t.d1, n, frame->density);
  gemm_backward<64, false, false>(t.d1, 64, density1_t, 64, 64, t.hc, 64, rows);  // hc now holds d[f | g]

  // ambient grid and its coordinate
  AmbientPoint point, d_point;
  ambient_point(t, n, h.ambient.dim, point);
  if (h.ambient.dim == 2)
    grid_encode2_backward(h.ambient, p + h.ambient_table, point.at[0], point.at[1], n, t.hc + kFeatures, 64,
                          d + h.ambient_table, d_point.at[0], d_point.at[1]);
  else
    grid_encode3_backward<true>(h.ambient, p + h.ambient_table, point.at[0], point.at[1], point.at[2], n,
                                t.hc + kFeatures, 64, d + h.ambient_table, d_point.at[0], d_point.at[1], d_point.at[2]);
  for (int c = 0; c < h.ambient.dim; c++) {
    const float* a = t.xa + c * kScratchRow;
    float* to = t.d_xa + c * kScratchRow;
    for (int i = 0; i < n; i++) to[i] = (to[i] + .5f * d_point.at[c][i]) * (1 - a[i] * a[i]);
  }

  // ambient net
  const float* const d_ambient[3] = {t.d_xa, t.d_ya, t.d_za};
  if (h.ambient.dim == 2)
    narrow_backward<2>(t.a2, p + h.ambient3, d_ambient, rows, d + h.ambient3, t.d1);
  else
    narrow_backward<3>(t.a2, p + h.ambient3, d_ambient, rows, d + h.ambient3, t.d1);
  gemm_weights<64>(t.a1, 64, t.d1, 64, rows, d + h.ambient2, 64, 64);
  gemm_backward<64, true, false>(t.d1, 64, ambient2_t, 64, 64, t.d2, 64, rows, t.a1, 64);
  gemm_weights<64>(t.in, 64, t.d2, 64, rows, d + h.ambient1_f, 64, kFeatures);
  add_rows(t.d2, n, frame->ambient);
  gemm_backward<32, false, true>(t.d2, 64, ambient1_t, 32, 64, t.hc, 64, rows);

  grid_encode3_backward<false>(h.spatial, nullptr, t.x, t.y, t.z, n, t.hc, 64, d + h.spatial_table, nullptr, nullptr,
                               nullptr);
}

}  // namespace
}  // namespace portrait
