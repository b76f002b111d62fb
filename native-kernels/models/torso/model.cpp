#include "model.h"

#include <algorithm>
#include <cmath>

#include "portrait/rng.h"

namespace portrait {
namespace {

void uniform(Rng& rng, float* out, size_t count, float bound) {
  for (size_t i = 0; i < count; i++) out[i] = rng.signed_uniform() * bound;
}

void transpose(const float* in, int rows, int columns, float* out) {
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c++) out[c * rows + r] = in[r * columns + c];
}

int padded_to_tile(int n) { return (n + 11) / 12 * 12; }

}  // namespace

float TorsoOccupancy::threshold() const {
  double sum = 0;
  for (float a : alpha) sum += a;
  return std::min(floor, float(sum / double(alpha.size())));
}

std::vector<uint32_t> TorsoOccupancy::live(int full_width, int full_height, int left, int top, int width,
                                           int height) const {
  constexpr int side = kTorsoOccupancySide;
  const float limit = threshold();
  struct Tap {
    int low, high;
    float part;
  };
  const auto taps = [](int full, int first, int count) {
    std::vector<Tap> out(count);
    for (int i = 0; i < count; i++) {
      const float at = std::clamp((float(first + i) + .5f) / float(full) * side - .5f, 0.f, float(side - 1));
      out[i].low = int(at);
      out[i].high = std::min(out[i].low + 1, side - 1);
      out[i].part = at - float(out[i].low);
    }
    return out;
  };
  const auto across = taps(full_width, left, width), down = taps(full_height, top, height);
  std::vector<uint32_t> out;
  std::vector<float> line(side);
  for (int y = 0; y < height; y++) {
    const float* low = alpha.data() + size_t(down[y].low) * side;
    const float* high = alpha.data() + size_t(down[y].high) * side;
    for (int i = 0; i < side; i++) line[i] = low[i] + down[y].part * (high[i] - low[i]);
    for (int x = 0; x < width; x++) {
      const Tap& t = across[x];
      if (line[t.low] + t.part * (line[t.high] - line[t.low]) > limit)
        out.push_back(uint32_t(y) * uint32_t(width) + uint32_t(x));
    }
  }
  return out;
}

// Layers start as PyTorch's do, U(-1/sqrt(in), 1/sqrt(in)); the grid U(-1e-4, 1e-4); codes N(0, 0.1) (rad-nerf).
TorsoModel::TorsoModel(const TorsoConfig& config, uint64_t seed) : spec(config), params(spec.total) {
  Rng rng(seed);
  uniform(rng, params.data() + spec.table, size_t(spec.grid.entries) * kGridChannels, 1e-4f);
  const auto layer = [&](size_t at, int in, int out) {
    uniform(rng, params.data() + at, size_t(in) * out, 1.f / std::sqrt(float(in)));
  };
  layer(spec.deform0, kTorsoIn, kTorsoDeform);
  layer(spec.deform1, kTorsoDeform, kTorsoDeform);
  layer(spec.deform2, kTorsoDeform, 2);
  layer(spec.color0, kTorsoFeature + kTorsoIn, kTorsoColor);
  layer(spec.color1, kTorsoColor, kTorsoColor);
  layer(spec.color2, kTorsoColor, kTorsoOut);
  for (size_t i = spec.codes; i < spec.total; i++) params[i] = .1f * rng.normal();
  grid_refresh_pad(spec.grid, params.data() + spec.table);
}

void TorsoModel::mean_code(float* code) const {
  for (int i = 0; i < kTorsoCode; i++) {
    double sum = 0;
    for (int f = 0; f < spec.config.frames; f++) sum += params[spec.codes + size_t(f) * kTorsoCode + i];
    code[i] = float(sum / spec.config.frames);
  }
}

void TorsoPrepared::prepare(const TorsoSpec& s, const float* p) {
  if (small.empty()) small.reset(64 * 64 + 2 * 64 + 2 * 32 * 32 + 4 * 32);
  float* at = small.data();
  const auto turned = [&](const float* from, int rows, int columns) {
    float* here = at;
    transpose(from, rows, columns, here);
    at += rows * columns;
    return here;
  };
  weights.grid = &s.grid;
  weights.table = p + s.table;
  weights.deform1 = p + s.deform1;
  weights.color0 = p + s.color0;
  weights.color1 = p + s.color1;
  weights.deform1_t = turned(p + s.deform1, kTorsoDeform, kTorsoDeform);
  weights.deform2_t = turned(p + s.deform2, kTorsoDeform, 2);
  weights.color0_t = turned(p + s.color0, kTorsoFeature, kTorsoColor);
  weights.color1_t = turned(p + s.color1, kTorsoColor, kTorsoColor);
  weights.color2_t = turned(p + s.color2, kTorsoColor, kTorsoOut);
}

void TorsoHoist::set_lattice(const TorsoSpec& spec, const std::vector<float>& x, const std::vector<float>& y) {
  const auto fill = [&](const std::vector<float>& from, AlignedBuffer<float>& at, AlignedBuffer<float>& codes,
                        AlignedBuffer<float>& terms) {
    const int n = padded_to_tile(int(from.size()));
    at.reset(n);
    codes.reset(size_t(n) * kTorsoAxisLd);
    terms.reset(size_t(n) * kTorsoHoistWidth);
    double row[kTorsoAxis];
    for (size_t i = 0; i < from.size(); i++) {
      at[i] = spec.config.torso_shrink * from[i];
      torso_frequencies(double(at[i]), kTorsoPosOctaves, row);
      for (int k = 0; k < kTorsoAxis; k++) codes[i * kTorsoAxisLd + k] = float(row[k]);
    }
  };
  fill(x, xs, x_codes, columns);
  fill(y, ys, y_codes, rows);
  width = int(x.size());
  height = int(y.size());
}

void TorsoHoist::project(const TorsoSpec& s, const float* p, const KernelTable& table) {
  const float* deform = p + s.deform0;
  const float* color = p + s.color0 + size_t(kTorsoFeature) * kTorsoColor;
  const auto& k = table.torso;
  k.hoist(x_codes.data(), kTorsoAxisLd, kTorsoAxis, deform, color, columns.data(), padded_to_tile(width));
  k.hoist(y_codes.data(), kTorsoAxisLd, kTorsoAxis, deform + kTorsoAxis * kTorsoDeform,
          color + kTorsoAxis * kTorsoColor, rows.data(), padded_to_tile(height));
}

std::vector<float> torso_pixel_centres(int full, int first, int count) {
  std::vector<float> out(count);
  for (int i = 0; i < count; i++) out[i] = float((first + i + 0.5) / full * 2.0 - 1.0);
  return out;
}

void torso_pose_codes(const float* pose, float* codes) {
  double one[1 + 2 * kTorsoPoseOctaves];
  for (int i = 0; i < 6; i++) {
    torso_frequencies(double(pose[i]), kTorsoPoseOctaves, one);
    for (double v : one) *codes++ = float(v);
  }
}

void torso_frame_bias(const TorsoSpec& s, const float* p, const float* pose_codes, const float* code, float* bias) {
  const float* deform = p + s.deform0 + size_t(kTorsoPos) * kTorsoDeform;
  const float* color = p + s.color0 + size_t(kTorsoFeature + kTorsoPos) * kTorsoColor;
  std::fill(bias, bias + kTorsoHoistWidth, 0.f);
  for (int i = 0; i < kTorsoPose + kTorsoCode; i++) {
    const float v = i < kTorsoPose ? pose_codes[i] : code[i - kTorsoPose];
    for (int j = 0; j < kTorsoDeform; j++) bias[j] += v * deform[i * kTorsoDeform + j];
    for (int j = 0; j < kTorsoColor; j++) bias[kTorsoDeform + j] += v * color[i * kTorsoColor + j];
  }
}

void torso_frame_bias_backward(const TorsoSpec& s, const float* p, const float* pose_codes, const float* code,
                               const float* d_bias, float* d_params, float* d_code) {
  const size_t deform = s.deform0 + size_t(kTorsoPos) * kTorsoDeform,
               color = s.color0 + size_t(kTorsoFeature + kTorsoPos) * kTorsoColor;
  for (int i = 0; i < kTorsoPose + kTorsoCode; i++) {
    const float v = i < kTorsoPose ? pose_codes[i] : code[i - kTorsoPose];
    float along = 0;
    for (int j = 0; j < kTorsoDeform; j++) {
      d_params[deform + size_t(i) * kTorsoDeform + j] += v * d_bias[j];
      along += p[deform + size_t(i) * kTorsoDeform + j] * d_bias[j];
    }
    for (int j = 0; j < kTorsoColor; j++) {
      d_params[color + size_t(i) * kTorsoColor + j] += v * d_bias[kTorsoDeform + j];
      along += p[color + size_t(i) * kTorsoColor + j] * d_bias[kTorsoDeform + j];
    }
    if (i >= kTorsoPose) d_code[i - kTorsoPose] += along;
  }
}

}  // namespace portrait
