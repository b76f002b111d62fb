// composite_rays: packed samples of n rays to colors, and the gradients back.
// In use by cases and the benchmark only: models inline the same functions (composite_rays.h).
#pragma once
#include <stdint.h>

namespace portrait {

struct CompositeRaysKernels {
  // Inputs   sigmas [M], rgbs [M,3], rays [n,2] (offset, count), step, early_stop_eps
  // Outputs  colors [n,3], weights_sum [n], used [n] (samples until termination)
  void (*forward)(const float* sigmas, const float* rgbs, const int32_t* rays, int n, float step, float early_stop_eps,
                  float* colors, float* weights_sum, int32_t* used);
  // Inputs   as above, the forward results, d_colors [n,3], d_weights_sum [n], sharpness lambda
  // Outputs  d_sigmas [M], d_rgbs [M,3], overwritten (zero behind termination)
  void (*backward)(const float* sigmas, const float* rgbs, const int32_t* rays, int n, float step, float early_stop_eps,
                   const float* colors, const float* weights_sum, const float* d_colors, const float* d_weights_sum,
                   float sharpness, float* d_sigmas, float* d_rgbs);
};

}  // namespace portrait
