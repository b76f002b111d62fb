// Volume rendering along a ray (paper equation 1) and its gradient, one sample at a time, in any scalar type.
//   alpha_i = 1 - exp(-sigma_i * step)   T_i = prod_{j<i} (1 - alpha_j)   w_i = T_i alpha_i
//   color = sum w_i c_i                  weights_sum = sum w_i = 1 - T_end
// Both directions stop after the sample that takes T below `early_stop_eps` (1e-4, in training too: reference code), so
// later samples have no gradient. The backward pass walks front to back with running sums: no second buffer.
// Sharpness term (ours, off for the paper): adds -lambda * sum w_i^2 per ray.
#pragma once

namespace portrait {

template <class S>
struct CompositeState {
  S transmittance = 1;
  S color[3] = {0, 0, 0};
};

template <class S>
static inline __attribute__((always_inline)) void composite_step(CompositeState<S>& ray, S alpha, const S* rgb) {
  const S w = alpha * ray.transmittance;
  ray.color[0] += w * rgb[0];
  ray.color[1] += w * rgb[1];
  ray.color[2] += w * rgb[2];
  ray.transmittance *= 1 - alpha;
}

// What the backward walk knows of a ray: results of the forward pass and the gradients by them.
template <class S>
struct CompositeGradient {
  S color_left[3];  // color of the samples not walked yet; starts as the ray's color
  S d_color[3];
  S d_weights_sum;
  S transmittance_end;
  S squares_left;  // sum of w^2 of the samples not walked yet (sharpness)
  S sharpness;     // 2 * lambda, or 0
};

// T: transmittance before this sample. Writes d_rgb[3], returns d(loss)/d(sigma).
template <class S>
static inline __attribute__((always_inline)) S composite_step_backward(CompositeGradient<S>& ray, S transmittance,
                                                                       S alpha, const S* rgb, S step, S* d_rgb) {
  const S w = alpha * transmittance, after = transmittance * (1 - alpha);
  S d_sigma = ray.d_weights_sum * ray.transmittance_end;
  for (int k = 0; k < 3; k++) {
    ray.color_left[k] -= w * rgb[k];
    d_rgb[k] = w * ray.d_color[k];
    d_sigma += ray.d_color[k] * (after * rgb[k] - ray.color_left[k]);
  }
  ray.squares_left -= w * w;
  d_sigma -= ray.sharpness * (after * w - ray.squares_left);
  return d_sigma * step;
}

}  // namespace portrait
