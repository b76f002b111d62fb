// Reference of the torso model: double precision, one thread, nothing merged or hoisted. Every ray builds its whole
// input row, runs both networks and, when asked, walks the same way back.
#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/grid_encode/grid_point.h"
#include "torso.h"

namespace portrait {
namespace {

// out[j] = sum_i in[i] w[i, j], ReLU when asked.
void layer(const double* in, const double* w, int n_in, int n_out, bool relu, double* out) {
  for (int j = 0; j < n_out; j++) {
    double sum = 0;
    for (int i = 0; i < n_in; i++) sum += in[i] * w[i * n_out + j];
    out[j] = relu ? std::max(sum, 0.0) : sum;
  }
}

// d_out is masked by the ReLU of `out` when asked; d_w and d_in are added to (d_in may be null).
void d_layer(const double* in, const double* w, const double* out, const double* d_out, int n_in, int n_out, bool relu,
             double* d_w, double* d_in) {
  for (int j = 0; j < n_out; j++) {
    if (relu && !(out[j] > 0.0)) continue;
    for (int i = 0; i < n_in; i++) {
      d_w[i * n_out + j] += in[i] * d_out[j];
      if (d_in) d_in[i] += w[i * n_out + j] * d_out[j];
    }
  }
}

struct Pass {  // every value of one ray, kept for the way back
  double input[kTorsoIn];
  double h1[kTorsoDeform], h2[kTorsoDeform], delta[2];
  double moved[2];  // after the clamp
  bool inside[2];   // false where the clamp holds: no gradient
  double color_in[kTorsoFeature + kTorsoIn];
  double c1[kTorsoColor], c2[kTorsoColor], raw[kTorsoOut], rgba[kTorsoOut];
};

Pass forward(const TorsoSpec& at, const double* p, const double* pose, const double* code, double x, double y) {
  Pass s;
  const double pos[2] = {at.config.torso_shrink * x, at.config.torso_shrink * y};
  double* in = s.input;
  for (int i = 0; i < 2; i++, in += 1 + 2 * kTorsoPosOctaves) torso_frequencies(pos[i], kTorsoPosOctaves, in);
  for (int i = 0; i < 6; i++, in += 1 + 2 * kTorsoPoseOctaves) torso_frequencies(pose[i], kTorsoPoseOctaves, in);
  std::copy(code, code + kTorsoCode, in);

  layer(s.input, p + at.deform0, kTorsoIn, kTorsoDeform, true, s.h1);
  layer(s.h1, p + at.deform1, kTorsoDeform, kTorsoDeform, true, s.h2);
  layer(s.h2, p + at.deform2, kTorsoDeform, 2, false, s.delta);
  for (int i = 0; i < 2; i++) {
    const double v = pos[i] + s.delta[i];
    s.inside[i] = v >= -1.0 && v <= 1.0;
    s.moved[i] = std::clamp(v, -1.0, 1.0);
  }
  const double point[2] = {(s.moved[0] + 1.0) / 2.0, (s.moved[1] + 1.0) / 2.0};
  grid_encode_point(at.grid, p + at.table, point, s.color_in);
  std::copy(s.input, s.input + kTorsoIn, s.color_in + kTorsoFeature);
  layer(s.color_in, p + at.color0, kTorsoFeature + kTorsoIn, kTorsoColor, true, s.c1);
  layer(s.c1, p + at.color1, kTorsoColor, kTorsoColor, true, s.c2);
  layer(s.c2, p + at.color2, kTorsoColor, kTorsoOut, false, s.raw);
  for (int i = 0; i < kTorsoOut; i++) s.rgba[i] = 1.0 / (1.0 + std::exp(-s.raw[i]));
  return s;
}

void backward(const TorsoSpec& at, const double* p, const Pass& s, const double* d_rgba, double* d, double* d_code) {
  double d_raw[kTorsoOut], d_c2[kTorsoColor] = {}, d_c1[kTorsoColor] = {}, d_color_in[kTorsoFeature + kTorsoIn] = {};
  double d_moved[2] = {}, d_h2[kTorsoDeform] = {}, d_h1[kTorsoDeform] = {}, d_input[kTorsoIn] = {};
  for (int i = 0; i < kTorsoOut; i++) d_raw[i] = d_rgba[i] * s.rgba[i] * (1.0 - s.rgba[i]);
  d_layer(s.c2, p + at.color2, s.raw, d_raw, kTorsoColor, kTorsoOut, false, d + at.color2, d_c2);
  d_layer(s.c1, p + at.color1, s.c2, d_c2, kTorsoColor, kTorsoColor, true, d + at.color1, d_c1);
  d_layer(s.color_in, p + at.color0, s.c1, d_c1, kTorsoFeature + kTorsoIn, kTorsoColor, true, d + at.color0,
          d_color_in);
  const double point[2] = {(s.moved[0] + 1.0) / 2.0, (s.moved[1] + 1.0) / 2.0};
  grid_encode_point_backward(at.grid, p + at.table, point, d_color_in, d + at.table, d_moved);
  for (int i = 0; i < 2; i++) d_moved[i] *= s.inside[i] ? 0.5 : 0.0;
  d_layer(s.h2, p + at.deform2, s.delta, d_moved, kTorsoDeform, 2, false, d + at.deform2, d_h2);
  d_layer(s.h1, p + at.deform1, s.h2, d_h2, kTorsoDeform, kTorsoDeform, true, d + at.deform1, d_h1);
  d_layer(s.input, p + at.deform0, s.h1, d_h1, kTorsoIn, kTorsoDeform, true, d + at.deform0, d_input);
  for (int i = 0; i < kTorsoCode; i++)
    d_code[i] += d_input[kTorsoIn - kTorsoCode + i] + d_color_in[kTorsoFeature + kTorsoIn - kTorsoCode + i];
}

// Entropy of one opacity in bits; alpha is kept off 0 and 1 as in the released code.
double entropy_bits(double alpha, double* d_alpha) {
  constexpr double eps = 1e-5;
  const double a = std::clamp(alpha, eps, 1.0 - eps);
  *d_alpha = a == alpha ? std::log2((1.0 - a) / a) : 0.0;
  return -a * std::log2(a) - (1.0 - a) * std::log2(1.0 - a);
}

}  // namespace

void torso_reference_pixel(const TorsoSpec& spec, const double* params, const double* pose, const double* code,
                           double x, double y, double* rgba, double* moved) {
  const Pass s = forward(spec, params, pose, code, x, y);
  std::copy(s.rgba, s.rgba + kTorsoOut, rgba);
  if (moved) std::copy(s.moved, s.moved + 2, moved);
}

TorsoLoss torso_reference_loss(const TorsoSpec& spec, const TorsoLossWeights& weights, const double* params,
                               const double* poses, const TorsoRay* rays, size_t n, double* d_params) {
  TorsoLoss loss;
  for (size_t r = 0; r < n; r++) {
    const TorsoRay& ray = rays[r];
    const size_t code = spec.codes + size_t(ray.frame) * kTorsoCode;
    const Pass s = forward(spec, params, poses + size_t(ray.frame) * 6, params + code, ray.x, ray.y);
    const double alpha = s.rgba[0];
    double d_rgba[kTorsoOut] = {}, d_entropy;
    for (int c = 0; c < 3; c++) {
      const double miss = alpha * s.rgba[1 + c] + (1.0 - alpha) * ray.background[c] - ray.target[c];
      loss.color += miss * miss / (3.0 * n);
      d_rgba[0] += 2.0 * miss * (s.rgba[1 + c] - ray.background[c]) / (3.0 * n);
      d_rgba[1 + c] = 2.0 * miss * alpha / (3.0 * n);
    }
    loss.entropy += entropy_bits(alpha, &d_entropy) / n;
    loss.alpha += (alpha - ray.alpha_target) * (alpha - ray.alpha_target) / n;
    d_rgba[0] += weights.entropy_weight * d_entropy / n + weights.alpha_weight * 2.0 * (alpha - ray.alpha_target) / n;
    if (d_params) backward(spec, params, s, d_rgba, d_params, d_params + code);
  }
  loss.total = loss.color + weights.entropy_weight * loss.entropy + weights.alpha_weight * loss.alpha;
  return loss;
}

}  // namespace portrait
