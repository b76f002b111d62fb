// LPIPS v0.1 over AlexNet (Zhang et al. 2018): how different two pictures look, and the gradient of that number with
// respect to the first one. Used by lips fine-tuning (paper 3.4, equation 7) and by evaluation. Weights are frozen.
// Pictures are RGB in [0,1], mapped to [-1,1] inside, both sides at least 32 pixels.
#pragma once
#include <cstddef>

#include "portrait/aligned.h"

namespace portrait {

struct KernelTable;

constexpr int kLpipsLayers = 5;
constexpr int kLpipsMinSide = 32;  // ours: smaller pictures leave less than one pixel after the second pooling

struct LpipsLayer {
  int in, out, kernel, stride, pad;
  bool pooled;  // 3x3 stride 2 max pooling before the convolution
};
constexpr LpipsLayer kLpipsLayer[kLpipsLayers] = {
    {3, 64, 11, 4, 2, false},   {64, 192, 5, 1, 2, true},   {192, 384, 3, 1, 1, true},
    {384, 256, 3, 1, 1, false}, {256, 256, 3, 1, 1, false},
};

// Mean and deviation of the image statistics after the map to [-1,1] (the publication's scaling layer).
constexpr double kLpipsShift[3] = {-0.030, -0.088, -0.188};
constexpr double kLpipsScale[3] = {0.458, 0.448, 0.450};

// Weights as the published files hold them: read while an LpipsNet is built, and by the reference.
struct LpipsWeights {
  const float* conv[kLpipsLayers];  // [out, in, kernel, kernel]
  const float* bias[kLpipsLayers];  // [out]
  const float* lin[kLpipsLayers];   // [out], none negative
};

// The same weights in panels of 64 outputs for the cpu backend; immutable, may be shared by threads.
struct LpipsNet {
  explicit LpipsNet(const LpipsWeights& weights);
  AlignedBuffer<float> conv[kLpipsLayers];  // [out/64][ky, kx, in][64]
  AlignedBuffer<float>
      transpose[kLpipsLayers];  // layers 1..4: [in/64][ky, kx flipped, out][64]; layer 0: [6][64 out][64 of 363 taps]
  AlignedBuffer<float> bias[kLpipsLayers], lin[kLpipsLayers];
};

// Returns the distance, 0 for equal pictures; when d_img is not null it receives d(distance)/d(img), overwritten.
// Runs on the library's threads: not to be called from inside parallel_chunks. Same bits for any number of threads.
float lpips_grad(const LpipsNet& net,
                 const float* img,  // [3, h, w]
                 const float* ref,  // [3, h, w]
                 int h, int w,
                 float* d_img);  // [3, h, w] or null

// The same on a given instruction set instead of the chosen one.
float lpips_grad_on(const KernelTable& kernels, const LpipsNet& net, const float* img, const float* ref, int h, int w,
                    float* d_img);

inline float lpips_distance(const LpipsNet& net, const float* img, const float* ref, int h, int w) {
  return lpips_grad(net, img, ref, h, w, nullptr);
}

// Reference: double precision, one thread, the published formula. `d_img` may be null.
double lpips_reference(const LpipsWeights& weights, const double* img, const double* ref, int h, int w, double* d_img);

}  // namespace portrait
