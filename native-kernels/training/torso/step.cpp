#include "step.h"

#include <algorithm>
#include <cmath>

#include "portrait/thread_pool.h"

namespace portrait {

struct TorsoStep::Thread {
  AlignedBuffer<float> flat;  // [spec.total]
  AlignedBuffer<float> columns, rows, bias,
      narrow;  // hoisted terms and transposed narrow layers, folded into flat at the end
  AlignedBuffer<TorsoActivations> activations{1};
  TorsoLoss sum;
  explicit Thread(size_t total) : flat(total), narrow(2 * kTorsoDeform + kTorsoOut * kTorsoColor) {}

  void fit(size_t width, size_t height, size_t frames) {
    const auto grow = [](AlignedBuffer<float>& b, size_t n) {
      if (b.size() < n) b.reset(n);
    };
    grow(columns, (width + 12) * kTorsoHoistWidth);
    grow(rows, (height + 12) * kTorsoHoistWidth);
    grow(bias, frames * kTorsoHoistWidth);
  }
  TorsoGradients gradients(const TorsoSpec& s, size_t slot) {
    float* p = flat.data();
    return {p + s.table,    p + s.deform1, narrow.data(),
            p + s.color0,   p + s.color1,  narrow.data() + 2 * kTorsoDeform,
            columns.data(), rows.data(),   bias.data() + slot * kTorsoHoistWidth};
  }
};

namespace {

// Loss of a tile added to `sum`, and its gradient by alpha, r, g, b. `scale` = 1 / rays of the step.
void tile_loss(const TorsoActivations& a, const uint8_t* pixels, const uint32_t* rays, int count,
               const TorsoLossWeights& w, float scale, float* d_rgba, TorsoLoss& sum) {
  constexpr float eps = 1e-5f, log2_e = 1.44269504f;
  const float at_limit = -eps * std::log2(eps) - (1 - eps) * std::log2(1 - eps);
  float color = 0, entropy = 0, alpha_miss = 0;
  for (int t = 0; t < count; t++) {
    const uint8_t* pixel = pixels + size_t(rays[t]) * kTorsoPixelBytes;
    const float alpha = a.rgba[t];
    float d_alpha = 0;
    for (int c = 0; c < 3; c++) {
      const float paint = a.rgba[(1 + c) * kTorsoTile + t], plate = pixel[3 + c] * (1 / 255.f),
                  target = pixel[c] * (1 / 255.f);
      const float miss = alpha * paint + (1 - alpha) * plate - target;
      color += miss * miss;
      d_alpha += 2 / 3.f * scale * miss * (paint - plate);
      d_rgba[(1 + c) * kTorsoTile + t] = 2 / 3.f * scale * miss * alpha;
    }
    // H(sigmoid(z)) in bits is (softplus(z) - alpha z) / ln 2 and dH/dalpha is -z / ln 2: no logarithm of a rounded
    // alpha.
    const float z = a.raw[t];
    if (alpha > eps && alpha < 1 - eps) {
      entropy += (std::max(z, 0.f) + std::log1p(std::exp(-std::fabs(z))) - alpha * z) * log2_e;
      d_alpha += w.entropy_weight * scale * -z * log2_e;
    } else {
      entropy += at_limit;
    }
    const float miss = alpha - pixel[6] * (1 / 255.f);
    alpha_miss += miss * miss;
    d_alpha += w.alpha_weight * scale * 2 * miss;
    d_rgba[t] = d_alpha;
  }
  sum.color += color / 3;
  sum.entropy += entropy;
  sum.alpha += alpha_miss;
}

}  // namespace

TorsoStep::TorsoStep(const TorsoSpec& spec, const KernelTable& table) : spec_(spec), kernels_(table.torso) {
  for (int t = 0; t < pool_threads(); t++) threads_.push_back(std::make_shared<Thread>(spec.total));
}

std::vector<float*> TorsoStep::gradients() {
  std::vector<float*> out;
  for (auto& t : threads_) out.push_back(t->flat.data());
  return out;
}

TorsoLoss TorsoStep::run(const TorsoHoist& hoist, const TorsoPrepared& prepared, const float* params,
                         const std::vector<TorsoFrameRays>& frames, const TorsoLossWeights& weights) {
  struct Tile {
    int slot;
    size_t first;
    int count;
  };
  std::vector<Tile> tiles;
  std::vector<float> bias(frames.size() * kTorsoHoistWidth);
  size_t rays = 0;
  for (size_t f = 0; f < frames.size(); f++) {
    const size_t n = frames[f].rays->size();
    for (size_t at = 0; at < n; at += kTorsoTile)
      tiles.push_back({int(f), at, int(std::min(size_t(kTorsoTile), n - at))});
    rays += n;
    torso_frame_bias(spec_, params, frames[f].pose_codes, params + spec_.codes + size_t(frames[f].frame) * kTorsoCode,
                     bias.data() + f * kTorsoHoistWidth);
  }
  for (auto& t : threads_) {
    t->fit(size_t(hoist.width), size_t(hoist.height), frames.size());
    t->sum = {};
  }
  const float scale = 1.f / float(std::max<size_t>(rays, 1));
  parallel_chunks(tiles.size(), [&](size_t chunk, int thread) {
    const Tile& tile = tiles[chunk];
    Thread& own = *threads_[thread];
    TorsoActivations& a = own.activations[0];
    const uint32_t* picked = frames[tile.slot].rays->data() + tile.first;
    int32_t column[kTorsoTile], row[kTorsoTile];
    for (int t = 0; t < tile.count; t++) {
      column[t] = int32_t(picked[t] % uint32_t(hoist.width));
      row[t] = int32_t(picked[t] / uint32_t(hoist.width));
    }
    const TorsoPixels pixels{hoist.columns.data(),
                             hoist.rows.data(),
                             bias.data() + size_t(tile.slot) * kTorsoHoistWidth,
                             hoist.xs.data(),
                             hoist.ys.data(),
                             column,
                             row,
                             tile.count};
    alignas(64) float d_rgba[kTorsoOut * kTorsoTile];
    kernels_.forward(prepared.weights, pixels, a);
    tile_loss(a, frames[tile.slot].pixels, picked, tile.count, weights, scale, d_rgba, own.sum);
    kernels_.backward(prepared.weights, pixels, a, d_rgba, own.gradients(spec_, size_t(tile.slot)));
  });
  parallel_chunks(threads_.size(), [&](size_t t, int) { fold(*threads_[t], hoist, params, frames); });

  TorsoLoss loss;
  for (auto& t : threads_) {
    loss.color += t->sum.color * scale;
    loss.entropy += t->sum.entropy * scale;
    loss.alpha += t->sum.alpha * scale;
  }
  loss.total = loss.color + weights.entropy_weight * loss.entropy + weights.alpha_weight * loss.alpha;
  return loss;
}

// Brings what was summed in a hoisted or transposed shape into the layout of the parameters, and clears it.
void TorsoStep::fold(Thread& own, const TorsoHoist& hoist, const float* params,
                     const std::vector<TorsoFrameRays>& frames) {
  const TorsoSpec& s = spec_;
  float* d = own.flat.data();
  grid_fold_pad(s.grid, d + s.table);
  const float* narrow = own.narrow.data();
  for (int i = 0; i < kTorsoDeform; i++)
    for (int o = 0; o < 2; o++) d[s.deform2 + i * 2 + o] += narrow[o * kTorsoDeform + i];
  narrow += 2 * kTorsoDeform;
  for (int i = 0; i < kTorsoColor; i++)
    for (int o = 0; o < kTorsoOut; o++) d[s.color2 + i * kTorsoOut + o] += narrow[o * kTorsoColor + i];

  float* deform = d + s.deform0;
  float* color = d + s.color0 + size_t(kTorsoFeature) * kTorsoColor;
  kernels_.hoist_backward(hoist.x_codes.data(), kTorsoAxisLd, kTorsoAxis, own.columns.data(), deform, color,
                          hoist.width);
  kernels_.hoist_backward(hoist.y_codes.data(), kTorsoAxisLd, kTorsoAxis, own.rows.data(),
                          deform + kTorsoAxis * kTorsoDeform, color + kTorsoAxis * kTorsoColor, hoist.height);
  for (size_t f = 0; f < frames.size(); f++) {
    const size_t code = s.codes + size_t(frames[f].frame) * kTorsoCode;
    torso_frame_bias_backward(s, params, frames[f].pose_codes, params + code, own.bias.data() + f * kTorsoHoistWidth, d,
                              d + code);
  }
  own.narrow.zero();
  own.columns.zero();
  own.rows.zero();
  own.bias.zero();
}

}  // namespace portrait
