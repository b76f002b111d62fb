// LPIPS on the cpu backend. Both pictures go through the convolutions as one batch; maps are channels last.
// Convolutions are in cpu.cpp (per instruction set); scaling, pooling and comparison here are memory bound.
#include "lpips.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "runtime/kernel_table.h"
#include "portrait/thread_pool.h"

namespace portrait {
namespace {

constexpr int kSlack = 12;  // rows a tile may read or write past the last pixel

struct Map {  // [images, h, w, channels]
  int images = 0, h = 0, w = 0, channels = 0;
  AlignedBuffer<float> data;
  Map() = default;
  Map(int n, int h_, int w_, int c) : images(n), h(h_), w(w_), channels(c), data((size_t(n) * h_ * w_ + kSlack) * c) {}
  size_t pixels() const { return size_t(images) * h * w; }
  float* at(int n, int y, int x) { return data.data() + ((size_t(n) * h + y) * w + x) * channels; }
  const float* at(int n, int y, int x) const { return data.data() + ((size_t(n) * h + y) * w + x) * channels; }
};

Map scaled_batch(const float* img, const float* ref, int h, int w, int pad) {
  Map out(2, h + 2 * pad, w + 2 * pad, 3);
  for (int n = 0; n < 2; n++)
    for (int c = 0; c < 3; c++) {
      const float gain = float(2.0 / kLpipsScale[c]), offset = float((-1.0 - kLpipsShift[c]) / kLpipsScale[c]);
      const float* from = (n ? ref : img) + size_t(c) * h * w;
      for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) out.at(n, y + pad, x + pad)[c] = from[size_t(y) * w + x] * gain + offset;
    }
  return out;
}

Map padded(const Map& in, int pad) {
  Map out(in.images, in.h + 2 * pad, in.w + 2 * pad, in.channels);
  for (int n = 0; n < in.images; n++)
    for (int y = 0; y < in.h; y++)
      std::memcpy(out.at(n, y + pad, pad), in.at(n, y, 0), size_t(in.w) * in.channels * sizeof(float));
  return out;
}

Map pooled(const Map& in, int pad) {
  const int oh = (in.h - 3) / 2 + 1, ow = (in.w - 3) / 2 + 1;
  Map out(in.images, oh + 2 * pad, ow + 2 * pad, in.channels);
  for (int n = 0; n < in.images; n++)
    for (int y = 0; y < oh; y++)
      for (int x = 0; x < ow; x++) {
        float* to = out.at(n, y + pad, x + pad);
        std::memcpy(to, in.at(n, 2 * y, 2 * x), size_t(in.channels) * sizeof(float));
        for (int i = 1; i < 9; i++) {
          const float* from = in.at(n, 2 * y + i / 3, 2 * x + i % 3);
          for (int c = 0; c < in.channels; c++) to[c] = std::max(to[c], from[c]);
        }
      }
  return out;
}

// The first maximum of each window takes the gradient.
void d_pooled(const Map& in, const Map& d_out, Map* d_in) {
  for (int y = 0; y < d_out.h; y++)
    for (int x = 0; x < d_out.w; x++)
      for (int c = 0; c < in.channels; c++) {
        int best = 0;
        float top = in.at(0, 2 * y, 2 * x)[c];
        for (int i = 1; i < 9; i++) {
          const float v = in.at(0, 2 * y + i / 3, 2 * x + i % 3)[c];
          if (v > top) {
            top = v;
            best = i;
          }
        }
        d_in->at(0, 2 * y + best / 3, 2 * x + best % 3)[c] += d_out.at(0, y, x)[c];
      }
}

// `in` already carries the layer's padding.
Map convolved(const KernelTable& kernels, const Map& in, const float* weights, const float* bias, int out, int kernel,
              int stride, bool relu) {
  Map map(in.images, (in.h - kernel) / stride + 1, (in.w - kernel) / stride + 1, out);
  const LpipsConv conv{in.data.data(), weights, bias,   map.data.data(), in.h,     in.w, in.channels,
                       map.h,          map.w,   kernel, stride,          out / 64, relu};
  const int pixels = int(map.pixels()), tiles = (pixels + kLpipsTile - 1) / kLpipsTile;
  const int split = tiles >= 2 * pool_threads() ? 1 : conv.panels;  // small maps share out the panels as well
  std::vector<AlignedBuffer<float>> scratch(pool_threads());
  for (auto& s : scratch) s.reset(kLpipsScratch);
  parallel_chunks(size_t(tiles) * split, [&](size_t chunk, int thread) {
    const int tile = int(chunk) / split, part = int(chunk) % split, pixel = tile * kLpipsTile;
    const int each = conv.panels / split;
    kernels.lpips.convolve(conv, pixel, std::min(kLpipsTile, pixels - pixel), part * each, (part + 1) * each,
                           scratch[thread].data());
  });
  return map;
}

// Spatial mean of sum_c lin_c (a_c/|a| - b_c/|b|)^2 over the two pictures of `m`; d_a, if not null, is overwritten.
double compared(const Map& m, const float* lin, Map* d_a) {
  constexpr float eps = 1e-10f;
  const float pixels = float(m.h) * float(m.w);
  double sum = 0;
  for (int p = 0; p < m.h * m.w; p++) {
    const float* a = m.at(0, 0, 0) + size_t(p) * m.channels;
    const float* b = m.at(1, 0, 0) + size_t(p) * m.channels;
    double aa = 0, bb = 0;
    for (int c = 0; c < m.channels; c++) {
      aa += double(a[c]) * a[c];
      bb += double(b[c]) * b[c];
    }
    const float na = float(std::sqrt(aa)), ia = 1.f / (na + eps), ib = 1.f / (float(std::sqrt(bb)) + eps);
    double here = 0, along = 0;
    for (int c = 0; c < m.channels; c++) {
      const float d = a[c] * ia - b[c] * ib;
      here += double(lin[c]) * d * d;
      along += double(lin[c]) * d * a[c];
    }
    sum += here;
    if (!d_a) continue;
    float* to = d_a->data.data() + size_t(p) * m.channels;
    const float back = na > 0.f ? float(2.0 * along / pixels / na) * ia * ia : 0.f;
    for (int c = 0; c < m.channels; c++)
      to[c] = na > 0.f ? 2.f * lin[c] * (a[c] * ia - b[c] * ib) / pixels * ia - a[c] * back : 0.f;
  }
  return sum / pixels;
}

void mask_relu(const Map& out, Map* d_out) {
  for (size_t i = 0; i < size_t(d_out->h) * d_out->w * d_out->channels; i++)
    if (!(out.data[i] > 0.f)) d_out->data[i] = 0.f;
}

void d_first_layer(const KernelTable& kernels, const LpipsNet& net, const Map& d_out, int h, int w, float* d_img) {
  const LpipsLayer& s = kLpipsLayer[0];
  std::fill(d_img, d_img + size_t(3) * h * w, 0.f);
  AlignedBuffer<float> columns(size_t(kLpipsTile) * 384);
  const int pixels = d_out.h * d_out.w;
  for (int pixel = 0; pixel < pixels; pixel += kLpipsTile) {
    const int count = std::min(kLpipsTile, pixels - pixel);
    kernels.lpips.first_layer_columns(d_out.data.data() + size_t(pixel) * 64, net.transpose[0].data(), count,
                                      columns.data());
    for (int t = 0; t < count; t++) {
      const int y0 = (pixel + t) / d_out.w * s.stride - s.pad, x0 = (pixel + t) % d_out.w * s.stride - s.pad;
      for (int ky = std::max(0, -y0); ky < s.kernel && y0 + ky < h; ky++)
        for (int kx = std::max(0, -x0); kx < s.kernel && x0 + kx < w; kx++)
          for (int c = 0; c < 3; c++)
            d_img[(size_t(c) * h + y0 + ky) * w + x0 + kx] += columns[size_t(t) * 384 + (ky * s.kernel + kx) * 3 + c];
    }
  }
  for (int c = 0; c < 3; c++)
    for (size_t i = 0; i < size_t(h) * w; i++) d_img[size_t(c) * h * w + i] *= float(2.0 / kLpipsScale[c]);
}

}  // namespace

float lpips_grad(const LpipsNet& net, const float* img, const float* ref, int h, int w, float* d_img) {
  return lpips_grad_on(kernels(), net, img, ref, h, w, d_img);
}

float lpips_grad_on(const KernelTable& kernels, const LpipsNet& net, const float* img, const float* ref, int h, int w,
                    float* d_img) {
  Map out[kLpipsLayers];
  for (int l = 0; l < kLpipsLayers; l++) {
    const LpipsLayer& s = kLpipsLayer[l];
    const Map in = l == 0     ? scaled_batch(img, ref, h, w, s.pad)
                   : s.pooled ? pooled(out[l - 1], s.pad)
                              : padded(out[l - 1], s.pad);
    out[l] = convolved(kernels, in, net.conv[l].data(), net.bias[l].data(), s.out, s.kernel, s.stride, true);
  }
  double distance = 0;
  Map d_above;  // gradient that reaches layer l's output from the layers above it
  for (int l = kLpipsLayers - 1; l >= 0; l--) {
    const LpipsLayer& s = kLpipsLayer[l];
    if (!d_img) {
      distance += compared(out[l], net.lin[l].data(), nullptr);
      continue;
    }
    Map d_out(1, out[l].h, out[l].w, s.out);
    distance += compared(out[l], net.lin[l].data(), &d_out);
    for (size_t i = 0; i < d_above.pixels() * d_above.channels; i++) d_out.data[i] += d_above.data[i];
    mask_relu(out[l], &d_out);
    if (l == 0) {
      d_first_layer(kernels, net, d_out, h, w, d_img);
      break;
    }
    Map d_in = convolved(kernels, padded(d_out, s.pad), net.transpose[l].data(), nullptr, s.in, s.kernel, 1, false);
    if (s.pooled) {
      d_above = Map(1, out[l - 1].h, out[l - 1].w, s.in);
      d_pooled(out[l - 1], d_in, &d_above);
    } else {
      d_above = std::move(d_in);
    }
  }
  return float(distance);
}

}  // namespace portrait
