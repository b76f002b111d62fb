// grid_encode: features of n points from a multiresolution grid, and the gradients of both.
// In use by cases and the benchmark only: models inline the same functions (grid_simd.h).
#pragma once
#include "grid_spec.h"

namespace portrait {

struct GridEncodeKernels {
  // Inputs   table [entries,2]; x, y, z [n] in [0,1] (z unused when dim is 2); values outside are clamped
  // Output   features [n][ld], the first 32 columns written, level major
  void (*forward)(const GridSpec&, const float* table, const float* x, const float* y, const float* z, int n,
                  float* features, int ld);
  // Inputs   d_features [n][ld]
  // Outputs  d_table [entries,2], added to (pads too: see grid_fold_pad);
  //          d_x, d_y, d_z [n], overwritten when d_x is not null (d_z for dim 3 only)
  void (*backward)(const GridSpec&, const float* table, const float* x, const float* y, const float* z, int n,
                   const float* d_features, int ld, float* d_table, float* d_x, float* d_y, float* d_z);
};

}  // namespace portrait
