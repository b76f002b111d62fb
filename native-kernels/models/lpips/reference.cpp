// Reference of LPIPS: double precision, one thread, loops in the order of the formula. Slow and obvious.
#include <algorithm>
#include <cmath>
#include <vector>

#include "lpips.h"

namespace portrait {
namespace {

struct Map {  // feature map [channels, h, w]
  int channels = 0, h = 0, w = 0;
  std::vector<double> at;
  Map() = default;
  Map(int c, int h_, int w_) : channels(c), h(h_), w(w_), at(size_t(c) * h_ * w_, 0.0) {}
  double& operator()(int c, int y, int x) { return at[(size_t(c) * h + y) * w + x]; }
  double operator()(int c, int y, int x) const { return at[(size_t(c) * h + y) * w + x]; }
};

Map scaled(const double* img, int h, int w) {
  Map out(3, h, w);
  for (int c = 0; c < 3; c++)
    for (size_t i = 0; i < size_t(h) * w; i++) {
      const size_t k = size_t(c) * h * w + i;
      out.at[k] = (2.0 * img[k] - 1.0 - kLpipsShift[c]) / kLpipsScale[c];
    }
  return out;
}

// Visits (input index, weight index) of every product of one output value.
template <class Visit>
void each_tap(const LpipsLayer& l, const Map& in, int o, int y, int x, Visit visit) {
  for (int c = 0; c < l.in; c++)
    for (int ky = 0; ky < l.kernel; ky++)
      for (int kx = 0; kx < l.kernel; kx++) {
        const int sy = y * l.stride + ky - l.pad, sx = x * l.stride + kx - l.pad;
        if (sy < 0 || sx < 0 || sy >= in.h || sx >= in.w) continue;
        visit((size_t(c) * in.h + sy) * in.w + sx, ((size_t(o) * l.in + c) * l.kernel + ky) * l.kernel + kx);
      }
}

Map convolve_relu(const LpipsLayer& l, const Map& in, const float* weight, const float* bias) {
  Map out(l.out, (in.h + 2 * l.pad - l.kernel) / l.stride + 1, (in.w + 2 * l.pad - l.kernel) / l.stride + 1);
  for (int o = 0; o < l.out; o++)
    for (int y = 0; y < out.h; y++)
      for (int x = 0; x < out.w; x++) {
        double sum = bias[o];
        each_tap(l, in, o, y, x, [&](size_t i, size_t k) { sum += in.at[i] * double(weight[k]); });
        out(o, y, x) = std::max(sum, 0.0);
      }
  return out;
}

// d_out is taken before the ReLU mask; `out` tells which units were active.
Map d_convolve_relu(const LpipsLayer& l, const Map& in, const Map& out, const Map& d_out, const float* weight) {
  Map d_in(in.channels, in.h, in.w);
  for (int o = 0; o < l.out; o++)
    for (int y = 0; y < out.h; y++)
      for (int x = 0; x < out.w; x++) {
        if (!(out(o, y, x) > 0.0)) continue;
        const double d = d_out(o, y, x);
        each_tap(l, in, o, y, x, [&](size_t i, size_t k) { d_in.at[i] += d * double(weight[k]); });
      }
  return d_in;
}

// Index of the first maximum of each 3x3 window, stride 2, no padding.
size_t window_max(const Map& in, int c, int y, int x) {
  size_t best = (size_t(c) * in.h + 2 * y) * in.w + 2 * x;
  for (int dy = 0; dy < 3; dy++)
    for (int dx = 0; dx < 3; dx++) {
      const size_t i = (size_t(c) * in.h + 2 * y + dy) * in.w + 2 * x + dx;
      if (in.at[i] > in.at[best]) best = i;
    }
  return best;
}

Map pool(const Map& in) {
  Map out(in.channels, (in.h - 3) / 2 + 1, (in.w - 3) / 2 + 1);
  for (int c = 0; c < out.channels; c++)
    for (int y = 0; y < out.h; y++)
      for (int x = 0; x < out.w; x++) out(c, y, x) = in.at[window_max(in, c, y, x)];
  return out;
}

Map d_pool(const Map& in, const Map& d_out) {
  Map d_in(in.channels, in.h, in.w);
  for (int c = 0; c < d_out.channels; c++)
    for (int y = 0; y < d_out.h; y++)
      for (int x = 0; x < d_out.w; x++) d_in.at[window_max(in, c, y, x)] += d_out(c, y, x);
  return d_in;
}

struct Features {
  Map in[kLpipsLayers];   // what each convolution reads
  Map out[kLpipsLayers];  // what it leaves after its ReLU
};

Features features(const LpipsWeights& weights, const double* img, int h, int w) {
  Features f;
  for (int l = 0; l < kLpipsLayers; l++) {
    const Map& before = l == 0 ? f.in[0] = scaled(img, h, w) : f.out[l - 1];
    if (l > 0) f.in[l] = kLpipsLayer[l].pooled ? pool(before) : before;
    f.out[l] = convolve_relu(kLpipsLayer[l], f.in[l], weights.conv[l], weights.bias[l]);
  }
  return f;
}

double norm_of(const Map& m, int y, int x) {
  double sum = 0;
  for (int c = 0; c < m.channels; c++) sum += m(c, y, x) * m(c, y, x);
  return std::sqrt(sum);
}

// Spatial mean over pixels of sum_c lin_c (a_c/|a| - b_c/|b|)^2, and its gradient with respect to `a`.
double compare(const Map& a, const Map& b, const float* lin, Map* d_a) {
  constexpr double eps = 1e-10;
  const double pixels = double(a.h) * a.w;
  double sum = 0;
  for (int y = 0; y < a.h; y++)
    for (int x = 0; x < a.w; x++) {
      const double na = norm_of(a, y, x), nb = norm_of(b, y, x);
      double along = 0;  // sum_c g_c a_c
      for (int c = 0; c < a.channels; c++) {
        const double d = a(c, y, x) / (na + eps) - b(c, y, x) / (nb + eps);
        sum += double(lin[c]) * d * d;
        along += 2.0 * double(lin[c]) * d * a(c, y, x) / pixels;
      }
      if (!d_a || na == 0.0) continue;  // every unit off: the ReLU stops the gradient anyway
      for (int c = 0; c < a.channels; c++) {
        const double d = a(c, y, x) / (na + eps) - b(c, y, x) / (nb + eps);
        const double g = 2.0 * double(lin[c]) * d / pixels;
        (*d_a)(c, y, x) = g / (na + eps) - a(c, y, x) * along / (na * (na + eps) * (na + eps));
      }
    }
  return sum / pixels;
}

}  // namespace

double lpips_reference(const LpipsWeights& weights, const double* img, const double* ref, int h, int w, double* d_img) {
  const Features a = features(weights, img, h, w), b = features(weights, ref, h, w);
  double distance = 0;
  Map d_next;  // gradient arriving at the output of layer l from the layers above
  for (int l = kLpipsLayers - 1; l >= 0; l--) {
    Map d_out(a.out[l].channels, a.out[l].h, a.out[l].w);
    distance += compare(a.out[l], b.out[l], weights.lin[l], d_img ? &d_out : nullptr);
    if (!d_img) continue;
    for (size_t i = 0; i < d_next.at.size(); i++) d_out.at[i] += d_next.at[i];
    const Map d_in = d_convolve_relu(kLpipsLayer[l], a.in[l], a.out[l], d_out, weights.conv[l]);
    if (l > 0)
      d_next = kLpipsLayer[l].pooled ? d_pool(a.out[l - 1], d_in) : d_in;
    else
      for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < size_t(h) * w; i++)
          d_img[size_t(c) * h * w + i] = d_in.at[size_t(c) * h * w + i] * 2.0 / kLpipsScale[c];
  }
  return distance;
}

}  // namespace portrait
