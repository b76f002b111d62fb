// One point at a time, in any scalar type: the obvious twin of grid_simd.h. All 2^D corners, no pads, no folding.
#pragma once
#include "grid_spec.h"

namespace portrait {

template <class S>
struct GridCorner {
  size_t entry;
  S weight;
  S d_weight[3];
};

inline size_t grid_entry(const GridSpec& g, int l, uint32_t x, uint32_t y, uint32_t z) {
  const bool wrapped = l >= g.first_wrapped;
  uint32_t i;
  if (g.hashed && wrapped)
    i = x ^ y * kHashY ^ (g.dim == 3 ? z * kHashZ : 0);
  else
    i = x + y * uint32_t(g.stride_y[l]) + z * uint32_t(g.stride_z[l]);
  return size_t(g.offset[l]) + (i & uint32_t(g.mask[l]));
}

// The corners of point p [dim] on level l, with weights and their derivatives by p. Returns the count.
template <class S>
inline int grid_corners(const GridSpec& g, int l, const S* p, GridCorner<S>* out) {
  uint32_t cell[3] = {0, 0, 0};
  S fraction[3] = {0, 0, 0};
  for (int d = 0; d < g.dim; d++) {
    const S clamped = p[d] > S(0) ? (p[d] < S(1) ? p[d] : S(1)) : S(0);
    const S at = clamped * S(g.scale[l]) + S(0.5);
    cell[d] = uint32_t(at);
    fraction[d] = at - S(cell[d]);
  }
  const int corners = 1 << g.dim;
  for (int c = 0; c < corners; c++) {
    S part[3] = {1, 1, 1}, slope[3] = {0, 0, 0};
    for (int d = 0; d < g.dim; d++) {
      part[d] = (c >> d & 1) ? fraction[d] : 1 - fraction[d];
      slope[d] = ((c >> d & 1) ? S(1) : S(-1)) * S(g.scale[l]);
    }
    out[c].entry = grid_entry(g, l, cell[0] + (c & 1), cell[1] + (c >> 1 & 1), cell[2] + (c >> 2));
    out[c].weight = part[0] * part[1] * part[2];
    out[c].d_weight[0] = slope[0] * part[1] * part[2];
    out[c].d_weight[1] = part[0] * slope[1] * part[2];
    out[c].d_weight[2] = part[0] * part[1] * slope[2];
  }
  return corners;
}

// features[32] of point p.
template <class S, class T>
inline void grid_encode_point(const GridSpec& g, const T* table, const S* p, S* features) {
  GridCorner<S> corners[8];
  for (int l = 0; l < kGridLevels; l++) {
    const int n = grid_corners(g, l, p, corners);
    S a = 0, b = 0;
    for (int c = 0; c < n; c++) {
      a += corners[c].weight * S(table[2 * corners[c].entry]);
      b += corners[c].weight * S(table[2 * corners[c].entry + 1]);
    }
    features[2 * l] = a;
    features[2 * l + 1] = b;
  }
}

// d_table += , d_p += (d_p may be null).
template <class S, class T>
inline void grid_encode_point_backward(const GridSpec& g, const T* table, const S* p, const S* d_features, S* d_table,
                                       S* d_p) {
  GridCorner<S> corners[8];
  for (int l = 0; l < kGridLevels; l++) {
    const int n = grid_corners(g, l, p, corners);
    const S da = d_features[2 * l], db = d_features[2 * l + 1];
    for (int c = 0; c < n; c++) {
      const size_t e = corners[c].entry;
      d_table[2 * e] += corners[c].weight * da;
      d_table[2 * e + 1] += corners[c].weight * db;
      if (d_p)
        for (int d = 0; d < g.dim; d++)
          d_p[d] += corners[c].d_weight[d] * (S(table[2 * e]) * da + S(table[2 * e + 1]) * db);
    }
  }
}

}  // namespace portrait
