// The forward pass of tile.h with bf16 products: hidden layers and their weights are rounded to bf16, sums, grids,
// biases and activations stay fp32. Rendering only; training uses fp32.
#pragma once
#include "portrait/gemm_bf16.h"
#include "tile.h"

namespace portrait {
namespace {

// Where each layer begins in HeadWeights::packed, in bf16 values.
constexpr size_t kPackedAmbient1 = 0, kPackedAmbient2 = kPackedAmbient1 + 32 * 64,
                 kPackedDensity1 = kPackedAmbient2 + 64 * 64, kPackedDensity2 = kPackedDensity1 + 64 * 64,
                 kPackedMerged = kPackedDensity2 + 64 * 64, kPackedAmbient3 = kPackedMerged + 64 * 64,
                 kPackedSigma = kPackedAmbient3 + 64 * kNarrowColumns,
                 kPackedColor2 = kPackedSigma + 64 * kNarrowColumns, kPackedEnd = kPackedColor2 + 64 * kNarrowColumns;
static_assert(kPackedEnd == kPackedWeights, "kernels.h states the size of the packed weights");

static void pack_weights(const HeadWeights& w) {
  const HeadLayout& h = *w.layout;
  const float* p = w.params;
  Bf16* out = w.packed;
  pack_bf16(p + h.ambient1_f, 32, 64, 64, 1, 64, out + kPackedAmbient1);
  pack_bf16(p + h.ambient2, 64, 64, 64, 1, 64, out + kPackedAmbient2);
  pack_bf16(p + h.density1, 64, 64, 64, 1, 64, out + kPackedDensity1);
  pack_bf16(p + h.density2, 64, 64, 64, 1, 64, out + kPackedDensity2);
  pack_bf16(w.merged, 64, 64, 64, 1, 64, out + kPackedMerged);
  pack_bf16(p + h.ambient3, 64, h.ambient.dim, 1, 64, kNarrowColumns, out + kPackedAmbient3);
  pack_bf16(p + h.density3_sigma, 64, 1, 1, 64, kNarrowColumns, out + kPackedSigma);
  pack_bf16(p + h.color2, 64, 3, 1, 64, kNarrowColumns, out + kPackedColor2);
}

static void tile_forward_bf16(const HeadWeights& w, const HeadCondition& c, Tile& t, int n, const float* ray_bias) {
  const HeadLayout& h = *w.layout;
  const float* p = w.params;
  const Bf16* packed = w.packed;
  const int rows = pad_bf16_rows(n);
  // The gradient buffers of training are free here.
  Bf16 *in = (Bf16*)t.d1, *a = in + kScratchRow * 64, *b = (Bf16*)t.d2;
  for (int i = n; i < rows; i++) {
    memset(t.in + i * 64, 0, 64 * sizeof(float));
    t.ray[i] = n > 0 ? t.ray[0] : 0;
  }
  [[maybe_unused]] const TileSession session;
  grid_encode3_forward(h.spatial, p + h.spatial_table, t.x, t.y, t.z, n, t.in, 64);
  to_bf16(t.in, 64, kFeatures, in, rows);
  gemm_bf16<kRowBias>(in, kFeatures, packed + kPackedAmbient1, a, rows, c.ambient);
  gemm_bf16<kNoBias>(a, 64, packed + kPackedAmbient2, b, rows);
  AmbientPoint point;
  if (h.ambient.dim == 2)
    narrow_bf16<2>(b, packed + kPackedAmbient3, t.xa, (int)kScratchRow, rows);
  else
    narrow_bf16<3>(b, packed + kPackedAmbient3, t.xa, (int)kScratchRow, rows);
  for (int k = 0; k < h.ambient.dim; k++) apply_tanh(t.xa + k * kScratchRow, n);
  ambient_point(t, n, h.ambient.dim, point);
  if (h.ambient.dim == 2)
    grid_encode2_forward(h.ambient, p + h.ambient_table, point.at[0], point.at[1], n, t.in + kFeatures, 64);
  else
    grid_encode3_forward(h.ambient, p + h.ambient_table, point.at[0], point.at[1], point.at[2], n, t.in + kFeatures,
                         64);
  to_bf16(t.in + kFeatures, 64, kFeatures, in + kFeatures, rows);
  gemm_bf16<kRowBias>(in, 64, packed + kPackedDensity1, a, rows, c.density);
  gemm_bf16<kNoBias>(a, 64, packed + kPackedDensity2, b, rows);
  narrow_bf16<1>(b, packed + kPackedSigma, t.sigma, 0, rows);
  apply_exp(t.sigma, w.density_bias, n);
  gemm_bf16<kIndexedBias>(b, 64, packed + kPackedMerged, a, rows, ray_bias, t.ray);
  narrow_bf16<3>(a, packed + kPackedColor2, t.rgb, (int)kScratchRow, rows);
  for (int k = 0; k < 3; k++) apply_sigmoid(t.rgb + k * kScratchRow, n);
}

}  // namespace
}  // namespace portrait
