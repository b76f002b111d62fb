// torso: one tile of pixels of one frame through both networks, and back. Everything that depends on a column, a row or
// the frame alone is hoisted out: position features enter the first layers as a row of `columns` plus a row of `rows`,
// pose and code as `bias`.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "ops/grid_encode/grid_spec.h"

namespace portrait {

constexpr int kTorsoTile = 192;       // pixels at most, a multiple of kTileRows
constexpr int kTorsoHoistWidth = 96;  // 64 of the deformation network, 32 of the colour network

struct TorsoWeights {
  const GridSpec* grid;
  const float* table;                // [entries, 2], pads refreshed
  const float *deform1, *deform1_t;  // [64, 64] and transposed
  const float* deform2_t;            // [2, 64]
  const float *color0, *color0_t;    // grid rows only: [32, 32] and transposed
  const float *color1, *color1_t;    // [32, 32] and transposed
  const float* color2_t;             // [4, 32]
};

struct TorsoPixels {
  const float *columns, *rows, *bias;  // [width, 96], [height, 96], [96]
  const float *xs, *ys;                // [width], [height]: shrunk coordinate of a column, of a row
  const int32_t *column, *row;         // [count]; equal rows adjacent
  int count;                           // at most kTorsoTile
};

// Values of a tile, kept for the way back. [T] stands for kTorsoTile.
struct TorsoActivations {
  float h1[kTorsoTile * 64], h2[kTorsoTile * 64];
  float feature[kTorsoTile * 32], c1[kTorsoTile * 32], c2[kTorsoTile * 32];
  float px[kTorsoTile], py[kTorsoTile];              // grid point in [0,1]
  float inside_x[kTorsoTile], inside_y[kTorsoTile];  // 0.5 where the clamp is open, 0 where it holds: d point / d shift
  float raw[4 * kTorsoTile], rgba[4 * kTorsoTile];   // planar alpha, r, g, b before and after the sigmoid
  float d_wide[kTorsoTile * 64], d_next[kTorsoTile * 64], d_narrow[kTorsoTile * 32], d_feature[kTorsoTile * 32];
  float d_x[kTorsoTile], d_y[kTorsoTile];
};

// Sums, all added to. Shapes as the weights; color0, deform2 and color2 as there (grid rows only, transposed).
struct TorsoGradients {
  float *table, *deform1, *deform2_t, *color0, *color1, *color2_t;
  float *columns, *rows, *bias;
};

struct TorsoKernels {
  // out [n, 96] = frequencies [n, ld] . (deform [k, 64] | color [k, 32]), n a multiple of 12 (position hoist)
  void (*hoist)(const float* frequencies, int ld, int k, const float* deform, const float* color, float* out, int n);
  // d_deform, d_color += frequencies^T d_out
  void (*hoist_backward)(const float* frequencies, int ld, int k, const float* d_out, float* d_deform, float* d_color,
                         int n);
  void (*forward)(const TorsoWeights&, const TorsoPixels&, TorsoActivations&);
  // d_rgba [4, T] planar: gradient by alpha, r, g, b after the sigmoid
  void (*backward)(const TorsoWeights&, const TorsoPixels&, TorsoActivations&, const float* d_rgba,
                   const TorsoGradients&);
};

}  // namespace portrait
