// Fast grid encode for per-ISA files. Index arithmetic runs on one lane a level (16 levels = one Vec16); the reads are
// 16-byte x-pairs (two neighbours of two channels). Flat tiled levels read 2 pairs instead of 4: both z corners are the
// same entries, so the weights of z collapse to one. Hashed levels read 8-byte halves, their x-neighbours are apart.
#pragma once
#include "grid_spec.h"
#include "portrait/simd.h"

namespace portrait {
namespace {

struct GridCell {
  alignas(64) int32_t pair[4][16];  // entry of the x-pair at (y, z) corner k = y + 2z
  alignas(64) float weight[4][16];  // y-z weight of that pair
  alignas(64) float fx[16], fy[16];
  alignas(64) int32_t x[16], y[16], z[16];  // lower corner, written for hashed grids only
};

PORTRAIT_INLINE float unit_clamp(float v) { return v > 0.f ? (v < 1.f ? v : 1.f) : 0.f; }  // NaN becomes 0

PORTRAIT_INLINE void grid_cell3(const GridSpec& g, float x, float y, float z, GridCell& c) {
  const Vec16 scale = *(const Vec16*)g.scale;
  const Vec16 px = unit_clamp(x) * scale + .5f, py = unit_clamp(y) * scale + .5f, pz = unit_clamp(z) * scale + .5f;
  const Int16 ix = __builtin_convertvector(px, Int16), iy = __builtin_convertvector(py, Int16),
              iz = __builtin_convertvector(pz, Int16);
  const Vec16 fx = px - __builtin_convertvector(ix, Vec16), fy = py - __builtin_convertvector(iy, Vec16);
  Vec16 fz = pz - __builtin_convertvector(iz, Vec16);
  const Int16 sy = *(const Int16*)g.stride_y, sz = *(const Int16*)g.stride_z, mask = *(const Int16*)g.mask,
              offset = *(const Int16*)g.offset;
  const Int16 b0 = ix + iy * sy + iz * sz, b1 = b0 + sy, b2 = b0 + sz, b3 = b1 + sz;
  *(Int16*)c.pair[0] = (b0 & mask) + offset;
  *(Int16*)c.pair[1] = (b1 & mask) + offset;
  *(Int16*)c.pair[2] = (b2 & mask) + offset;
  *(Int16*)c.pair[3] = (b3 & mask) + offset;
  if (!g.hashed) fz = sz != 0 ? fz : Vec16{};
  const Vec16 gy = 1.f - fy, gz = 1.f - fz;
  *(Vec16*)c.weight[0] = gy * gz;
  *(Vec16*)c.weight[1] = fy * gz;
  *(Vec16*)c.weight[2] = gy * fz;
  *(Vec16*)c.weight[3] = fy * fz;
  *(Vec16*)c.fx = fx;
  *(Vec16*)c.fy = fy;
  if (g.hashed) {
    *(Int16*)c.x = ix;
    *(Int16*)c.y = iy;
    *(Int16*)c.z = iz;
  }
}

PORTRAIT_INLINE void grid_cell2(const GridSpec& g, float x, float y, GridCell& c) {
  const Vec16 scale = *(const Vec16*)g.scale;
  const Vec16 px = unit_clamp(x) * scale + .5f, py = unit_clamp(y) * scale + .5f;
  const Int16 ix = __builtin_convertvector(px, Int16), iy = __builtin_convertvector(py, Int16);
  const Int16 sy = *(const Int16*)g.stride_y, mask = *(const Int16*)g.mask, offset = *(const Int16*)g.offset;
  const Int16 b0 = ix + iy * sy, b1 = b0 + sy;
  *(Int16*)c.pair[0] = (b0 & mask) + offset;
  *(Int16*)c.pair[1] = (b1 & mask) + offset;
  *(Vec16*)c.fx = px - __builtin_convertvector(ix, Vec16);
  *(Vec16*)c.fy = py - __builtin_convertvector(iy, Vec16);
  if (g.hashed) {
    *(Int16*)c.x = ix;
    *(Int16*)c.y = iy;
  }
}

// Entry of the corner (dx, dy, dz) on a hashed level.
PORTRAIT_INLINE size_t hashed_entry(const GridSpec& g, int l, uint32_t ix, uint32_t iy, uint32_t iz) {
  return (size_t)g.offset[l] + ((ix ^ iy * kHashY ^ (g.dim == 3 ? iz * kHashZ : 0)) & (uint32_t)g.mask[l]);
}

// Blend an x-pair (a0 b0 | a1 b1) by fx and write two channels.
PORTRAIT_INLINE void blend_pair(Vec4 pair, float fx, float* out) {
  const Vec4 high = __builtin_shufflevector(pair, pair, 2, 3, 2, 3);
  const Vec4 r = pair + fx * (high - pair);
  *(Vec2U*)out = __builtin_shufflevector(r, r, 0, 1);
}
PORTRAIT_INLINE Vec4 load_halves(const float* a, const float* b) {
  const Vec2U low = *(const Vec2U*)a, high = *(const Vec2U*)b;
  return __builtin_shufflevector(low, high, 0, 1, 2, 3);
}
PORTRAIT_INLINE Vec4 twice(const float* d) {
  const Vec2U v = *(const Vec2U*)d;
  return __builtin_shufflevector(v, v, 0, 1, 0, 1);
}
PORTRAIT_INLINE Vec4 hashed_pair(const GridSpec& g, const float* table, int l, uint32_t ix, uint32_t iy, uint32_t iz) {
  return load_halves(table + 2 * hashed_entry(g, l, ix, iy, iz), table + 2 * hashed_entry(g, l, ix + 1, iy, iz));
}

static void grid_encode3_forward(const GridSpec& g, const float* table, const float* x, const float* y, const float* z,
                                 int n, float* out, int ld) {
  GridCell c;
  const int full = g.hashed ? g.first_wrapped : g.first_flat;
  for (int s = 0; s < n; s++) {
    grid_cell3(g, x[s], y[s], z[s], c);
    float* o = out + (size_t)s * ld;
    int l = 0;
    for (; l < full; l++) {
      Vec4 a = c.weight[0][l] * load4(table + 2 * (size_t)c.pair[0][l]);
      PORTRAIT_UNROLL for (int k = 1; k < 4; k++) a += c.weight[k][l] * load4(table + 2 * (size_t)c.pair[k][l]);
      blend_pair(a, c.fx[l], o + 2 * l);
    }
    if (g.hashed) {
      for (; l < kGridLevels; l++) {
        const uint32_t ix = (uint32_t)c.x[l], iy = (uint32_t)c.y[l], iz = (uint32_t)c.z[l];
        Vec4 a{};
        PORTRAIT_UNROLL for (int k = 0; k < 4; k++) a +=
            c.weight[k][l] * hashed_pair(g, table, l, ix, iy + (k & 1), iz + (k >> 1));
        blend_pair(a, c.fx[l], o + 2 * l);
      }
    } else {
      for (; l < kGridLevels; l++) {
        Vec4 a = c.weight[0][l] * load4(table + 2 * (size_t)c.pair[0][l]);
        a += c.weight[1][l] * load4(table + 2 * (size_t)c.pair[1][l]);
        blend_pair(a, c.fx[l], o + 2 * l);
      }
    }
  }
}

// kPosition: also the gradient by the point, which reads the table again.
template <bool kPosition>
static void grid_encode3_backward(const GridSpec& g, const float* table, const float* x, const float* y, const float* z,
                                  int n, const float* d_out, int ld, float* d_table, float* d_x, float* d_y,
                                  float* d_z) {
  GridCell c;
  const int full = g.hashed ? g.first_wrapped : g.first_flat;
  const Vec4 sign = {-1.f, -1.f, 1.f, 1.f};
  for (int s = 0; s < n; s++) {
    grid_cell3(g, x[s], y[s], z[s], c);
    const float* d = d_out + (size_t)s * ld;
    Vec4 ax{}, ay{}, az{};
    for (int l = 0; l < kGridLevels; l++) {
      const float fx = c.fx[l];
      const Vec4 v = twice(d + 2 * l), weighted = v * Vec4{1 - fx, 1 - fx, fx, fx};
      const bool hashed = g.hashed && l >= full;
      const uint32_t ix = hashed ? (uint32_t)c.x[l] : 0, iy = hashed ? (uint32_t)c.y[l] : 0,
                     iz = hashed ? (uint32_t)c.z[l] : 0;
      const int pairs = hashed || l < full ? 4 : 2;
      if (kPosition) {
        Vec4 corner[4] = {};
        for (int k = 0; k < pairs; k++)
          corner[k] = hashed ? hashed_pair(g, table, l, ix, iy + (k & 1), iz + (k >> 1))
                             : load4(table + 2 * (size_t)c.pair[k][l]);
        const float fy = c.fy[l], gy = 1 - fy, fz = c.weight[2][l] + c.weight[3][l], gz = 1 - fz, scale = g.scale[l];
        Vec4 along = c.weight[0][l] * corner[0];
        PORTRAIT_UNROLL for (int k = 1; k < 4; k++) along += c.weight[k][l] * corner[k];
        ax += along * (v * sign) * scale;
        ay += ((corner[1] - corner[0]) * gz + (corner[3] - corner[2]) * fz) * weighted * scale;
        if (pairs == 4) az += ((corner[2] - corner[0]) * gy + (corner[3] - corner[1]) * fy) * weighted * scale;
      }
      for (int k = 0; k < pairs; k++) {
        const Vec4 u = c.weight[k][l] * weighted;
        if (hashed) {
          float* q0 = d_table + 2 * hashed_entry(g, l, ix, iy + (k & 1), iz + (k >> 1));
          float* q1 = d_table + 2 * hashed_entry(g, l, ix + 1, iy + (k & 1), iz + (k >> 1));
          q0[0] += u[0];
          q0[1] += u[1];
          q1[0] += u[2];
          q1[1] += u[3];
        } else {
          float* q = d_table + 2 * (size_t)c.pair[k][l];
          store4(q, load4(q) + u);
        }
      }
    }
    if (kPosition) {
      d_x[s] = ax[0] + ax[1] + ax[2] + ax[3];
      d_y[s] = ay[0] + ay[1] + ay[2] + ay[3];
      d_z[s] = az[0] + az[1] + az[2] + az[3];
    }
  }
}

// x, y in [0,1]: out[32] of each point.
static void grid_encode2_forward(const GridSpec& g, const float* table, const float* x, const float* y, int n,
                                 float* out, int ld) {
  GridCell c;
  const int full = g.hashed ? g.first_wrapped : kGridLevels;
  for (int s = 0; s < n; s++) {
    grid_cell2(g, x[s], y[s], c);
    float* o = out + (size_t)s * ld;
    for (int l = 0; l < kGridLevels; l++) {
      Vec4 a, b;
      if (l < full) {
        a = load4(table + 2 * (size_t)c.pair[0][l]);
        b = load4(table + 2 * (size_t)c.pair[1][l]);
      } else {
        const uint32_t ix = (uint32_t)c.x[l], iy = (uint32_t)c.y[l];
        a = hashed_pair(g, table, l, ix, iy, 0);
        b = hashed_pair(g, table, l, ix, iy + 1, 0);
      }
      blend_pair(a + c.fy[l] * (b - a), c.fx[l], o + 2 * l);
    }
  }
}

static void grid_encode2_backward(const GridSpec& g, const float* table, const float* x, const float* y, int n,
                                  const float* d_out, int ld, float* d_table, float* d_x, float* d_y) {
  GridCell c;
  const int full = g.hashed ? g.first_wrapped : kGridLevels;
  const Vec4 sign = {-1.f, -1.f, 1.f, 1.f};
  for (int s = 0; s < n; s++) {
    grid_cell2(g, x[s], y[s], c);
    const float* d = d_out + (size_t)s * ld;
    Vec4 ax{}, ay{};
    for (int l = 0; l < kGridLevels; l++) {
      const float fx = c.fx[l], fy = c.fy[l];
      const Vec4 v = twice(d + 2 * l), weighted = v * Vec4{1 - fx, 1 - fx, fx, fx};
      if (l < full) {
        const size_t p0 = 2 * (size_t)c.pair[0][l], p1 = 2 * (size_t)c.pair[1][l];
        const Vec4 a = load4(table + p0), b = load4(table + p1);
        ay += (b - a) * weighted * g.scale[l];
        ax += (a + fy * (b - a)) * (v * sign) * g.scale[l];
        store4(d_table + p0, load4(d_table + p0) + (1 - fy) * weighted);
        store4(d_table + p1, load4(d_table + p1) + fy * weighted);
      } else {
        const uint32_t ix = (uint32_t)c.x[l], iy = (uint32_t)c.y[l];
        const Vec4 a = hashed_pair(g, table, l, ix, iy, 0), b = hashed_pair(g, table, l, ix, iy + 1, 0);
        ay += (b - a) * weighted * g.scale[l];
        ax += (a + fy * (b - a)) * (v * sign) * g.scale[l];
        for (int k = 0; k < 4; k++) {
          float* q = d_table + 2 * hashed_entry(g, l, ix + (k & 1), iy + (k >> 1), 0);
          const float w = (k >> 1) ? fy : 1 - fy;
          q[0] += w * weighted[2 * (k & 1)];
          q[1] += w * weighted[2 * (k & 1) + 1];
        }
      }
    }
    if (d_x) d_x[s] = ax[0] + ax[1] + ax[2] + ax[3];
    if (d_y) d_y[s] = ay[0] + ay[1] + ay[2] + ay[3];
  }
}

}  // namespace
}  // namespace portrait
