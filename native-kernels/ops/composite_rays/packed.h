// Packed form of composite_rays in any scalar type; cpu.cpp instantiates float, reference.cpp double.
#pragma once
#include <math.h>
#include <stdint.h>

#include "composite_rays.h"

namespace portrait {

template <class S>
static inline __attribute__((always_inline)) void composite_packed_forward(const S* sigmas, const S* rgbs,
                                                                           const int32_t* rays, int n, S step,
                                                                           S early_stop_eps, S* colors, S* weights_sum,
                                                                           int32_t* used) {
  for (int r = 0; r < n; r++) {
    CompositeState<S> ray;
    int i = 0;
    for (; i < rays[2 * r + 1] && ray.transmittance >= early_stop_eps; i++) {
      const int m = rays[2 * r] + i;
      composite_step<S>(ray, 1 - S(exp(-sigmas[m] * step)), rgbs + 3 * m);
    }
    for (int k = 0; k < 3; k++) colors[3 * r + k] = ray.color[k];
    weights_sum[r] = 1 - ray.transmittance;
    used[r] = i;
  }
}

template <class S>
static inline __attribute__((always_inline)) void composite_packed_backward(
    const S* sigmas, const S* rgbs, const int32_t* rays, int n, S step, S early_stop_eps, const S* colors,
    const S* weights_sum, const S* d_colors, const S* d_weights_sum, S sharpness, S* d_sigmas, S* d_rgbs) {
  for (int r = 0; r < n; r++) {
    const int offset = rays[2 * r], count = rays[2 * r + 1];
    CompositeGradient<S> g;
    for (int k = 0; k < 3; k++) {
      g.color_left[k] = colors[3 * r + k];
      g.d_color[k] = d_colors[3 * r + k];
    }
    g.d_weights_sum = d_weights_sum[r];
    g.transmittance_end = 1 - weights_sum[r];
    g.sharpness = 2 * sharpness;
    g.squares_left = 0;
    S t = 1;
    for (int i = 0; i < count && t >= early_stop_eps; i++) {
      const S alpha = 1 - S(exp(-sigmas[offset + i] * step));
      g.squares_left += alpha * t * alpha * t;
      t *= 1 - alpha;
    }
    t = 1;
    for (int i = 0; i < count; i++) {
      const int m = offset + i;
      if (t < early_stop_eps) {
        d_sigmas[m] = d_rgbs[3 * m] = d_rgbs[3 * m + 1] = d_rgbs[3 * m + 2] = 0;
        continue;
      }
      const S alpha = 1 - S(exp(-sigmas[m] * step));
      d_sigmas[m] = composite_step_backward<S>(g, t, alpha, rgbs + 3 * m, step, d_rgbs + 3 * m);
      t *= 1 - alpha;
    }
  }
}

}  // namespace portrait
