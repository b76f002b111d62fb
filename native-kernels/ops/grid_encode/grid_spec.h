// Multiresolution feature grid: 16 levels of 2 channels (paper section 3.2; sizes as in the reference code).
//
// Level l has resolution scale_l + 1 with scale_l = base * s^l - 1, s = (finest/base)^(1/15). A point p in [0,1]^D lies
// at p * scale_l + 0.5 and blends its 2^D corners linearly. A level whose corners exceed the table is
//   tiled   addressed by its dense index modulo the table; once the running stride passes the table the remaining axes
//           are dropped, so on the finest 3D levels z is ignored (as in the reference code, not the paper's text)
//   hashed  addressed by x ^ y*2654435761 ^ z*805459861 modulo the table (instant-ngp)
// Storage: entries of 2 floats, level after level; behind each level 8 pad entries, of which the first repeats entry 0,
// so that a wrapped x-pair is still one 16-byte load. Gradients of that pad belong to entry 0 (`grid_fold_pad`).
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "portrait/options.h"

namespace portrait {

constexpr int kGridLevels = 16;
constexpr int kGridChannels = 2;
constexpr uint32_t kGridPad = 8;
constexpr uint32_t kHashY = 2654435761u, kHashZ = 805459861u;

struct GridSpec {
  int dim;  // 2 or 3
  bool hashed;
  int first_wrapped;  // levels from here on exceed the table
  int first_flat;     // tiled 3D: levels from here on ignore z; otherwise kGridLevels
  alignas(64) float scale[kGridLevels];
  alignas(64) int32_t stride_y[kGridLevels];
  alignas(64) int32_t stride_z[kGridLevels];  // 0 where z is ignored or dim is 2
  alignas(64) int32_t mask[kGridLevels];      // table - 1 on wrapped levels, all ones on dense ones
  alignas(64) int32_t offset[kGridLevels];    // first entry
  uint32_t size[kGridLevels];                 // entries without the pad
  uint32_t entries;                           // total with pads
};

inline GridSpec make_grid(int dim, const GridConfig& c) {
  GridSpec g{};
  g.dim = dim;
  g.hashed = c.indexing == GridIndexing::hashed;
  g.first_wrapped = g.first_flat = kGridLevels;
  const double step = log2(double(c.finest_resolution) / c.base_resolution) / (kGridLevels - 1);
  const uint32_t table = uint32_t(c.table_entries);
  uint32_t offset = 0;
  for (int l = 0; l < kGridLevels; l++) {
    const double scale = exp2(l * step) * c.base_resolution - 1;
    const uint64_t side = uint64_t(ceil(scale - 1e-6)) + 2;
    const uint64_t corners = side * side * (dim == 3 ? side : 1);
    const bool wrapped = corners > table;
    g.scale[l] = float(scale);
    g.stride_y[l] = int32_t(side);
    g.stride_z[l] = dim == 3 && side * side <= table ? int32_t(side * side) : 0;
    g.mask[l] = wrapped ? int32_t(table - 1) : -1;
    g.offset[l] = int32_t(offset);
    g.size[l] = wrapped ? table : uint32_t((corners + 7) / 8 * 8);
    offset += g.size[l] + kGridPad;
    if (wrapped && g.first_wrapped == kGridLevels) g.first_wrapped = l;
    if (!g.hashed && dim == 3 && g.stride_z[l] == 0 && g.first_flat == kGridLevels) g.first_flat = l;
  }
  g.entries = offset;
  return g;
}

// Make every level's pad repeat its entry 0 (after the table changed).
inline void grid_refresh_pad(const GridSpec& g, float* table) {
  for (int l = 0; l < kGridLevels; l++) {
    float* level = table + 2 * size_t(g.offset[l]);
    level[2 * size_t(g.size[l])] = level[0];
    level[2 * size_t(g.size[l]) + 1] = level[1];
  }
}
// Move the gradient collected on pads to entry 0.
inline void grid_fold_pad(const GridSpec& g, float* gradient) {
  for (int l = 0; l < kGridLevels; l++) {
    float* level = gradient + 2 * size_t(g.offset[l]);
    for (uint32_t k = 0; k < 2 * kGridPad; k++) {
      if (k < 2) level[k] += level[2 * size_t(g.size[l]) + k];
      level[2 * size_t(g.size[l]) + k] = 0;
    }
  }
}

}  // namespace portrait
