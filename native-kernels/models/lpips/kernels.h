#pragma once

namespace portrait {

// One convolution over padded maps, channels last. Filters run in panels of 64 outputs.
struct LpipsConv {
  const float* in;       // [images, hp, wp, cin]
  const float* weights;  // [panels][kernel, kernel, cin][64]
  const float* bias;     // [panels * 64], or null for none
  float* out;            // [images * oh * ow, panels * 64]
  int hp, wp, cin, oh, ow, kernel, stride, panels;
  bool relu;
};

constexpr int kLpipsTile = 48;        // output pixels a work item, a multiple of kTileRows
constexpr int kLpipsTapBlock = 1152;  // most taps gathered at once: one kernel row of the widest layer
constexpr int kLpipsScratch = kLpipsTile * (kLpipsTapBlock + 64);

struct LpipsKernels {
  // Pixels [pixel, pixel + count), count <= kLpipsTile, for panels [panel, panel_end). scratch: kLpipsScratch floats.
  void (*convolve)(const LpipsConv& conv, int pixel, int count, int panel, int panel_end, float* scratch);
  // columns [count rounded up to 12, 384] = d_out [count.., 64] . taps [6][64][64]: transpose of the first layer.
  void (*first_layer_columns)(const float* d_out, const float* taps, int count, float* columns);
};

}  // namespace portrait
