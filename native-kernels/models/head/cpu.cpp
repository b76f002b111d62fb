// Fused CPU backend of the head: rays in, colours or gradients out. Wavefront rounds: each live ray contributes a few
// samples, the network runs over all of them, rays whose transmittance fell below the limit drop out. That is exact by
// the reference code's own rule, since samples behind the limit get neither colour nor gradient.
#include "kernels.h"
#include "portrait/isa_namespace.h"
#include "tile_backward.h"
#include "trace.h"

namespace portrait {
namespace {

void transpose(const float* in, int rows, int columns, float* out) {
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c++) out[c * rows + r] = in[r * columns + c];
}

void prepare(const HeadWeights& w) {
  const HeadLayout& h = *w.layout;
  const float* p = w.params;
  for (int i = 0; i < 64; i++) {
    Vec row[64 / kLanes] = {};
    for (int k = 0; k < 64; k++) {
      const float a = p[h.density3_geo + (size_t)i * 64 + (size_t)k];
      PORTRAIT_UNROLL for (int j = 0; j < 64 / kLanes; j++) row[j] +=
          a * load(p + h.color1_geo + (size_t)k * 64 + (size_t)(kLanes * j));
    }
    PORTRAIT_UNROLL for (int j = 0; j < 64 / kLanes; j++) store(w.merged + i * 64 + kLanes * j, row[j]);
  }
  float* t = w.transposed;
  transpose(p + h.ambient1_f, 32, 64, t), t += 64 * 32;
  transpose(p + h.ambient2, 64, 64, t), t += 4096;
  transpose(p + h.density1, 64, 64, t), t += 4096;
  transpose(p + h.density2, 64, 64, t), t += 4096;
  transpose(w.merged, 64, 64, t);
}

// out[64] += x [k] . m [k][64]
void add_product(const float* x, const float* m, int k_count, float* out) {
  for (int k = 0; k < k_count; k++)
    for (int j = 0; j < 64; j++) out[j] += x[k] * m[k * 64 + j];
}

void condition(const HeadWeights& w, const float* audio_code, float eye, const float* appearance, HeadCondition* c) {
  const HeadLayout& h = *w.layout;
  memset(c, 0, sizeof *c);
  add_product(audio_code, w.params + h.ambient1_audio, kAudioCode, c->ambient);
  add_product(&eye, w.params + h.density1_eye, 1, c->density);
  if (h.audio_to_density) add_product(audio_code, w.params + h.density1_audio, kAudioCode, c->density);
  add_product(appearance, w.params + h.color1_code, kAppearance, c->color);
}

struct Fp32Forward {
  PORTRAIT_INLINE void run(const HeadWeights& w, const HeadCondition& c, Tile& t, int n) {
    tile_forward<true>(w, c, t, n, t.ray_bias);
  }
};

// Losses of one finished ray: squared error (paper equation 4), entropy of the ray's opacity (equation 5, log base 2
// and mean over rays as in the reference code), and what the backward walk needs.
void ray_losses(const RayTask& task, const RayLoss& loss, const CompositeState<float>& ray, CompositeGradient<float>& g,
                RayStats* stats) {
  float background = 0;
  for (int k = 0; k < 3; k++) {
    const float error = ray.color[k] + ray.transmittance * task.background[k] - task.target[k];
    stats->squared_error += (double)(error * error);
    g.d_color[k] = 2 * error / 3 * loss.inverse_rays * task.weight + task.d_color[k];
    background += g.d_color[k] * task.background[k];
    g.color_left[k] = ray.color[k];
  }
  const float opacity_sum = 1 - ray.transmittance;
  float d_entropy = 0;
  if (opacity_sum > 1e-5f && opacity_sum < 1 - 1e-5f) {
    const float bits = log2f(opacity_sum), bits_left = log2f(1 - opacity_sum);
    stats->entropy -= (double)(opacity_sum * bits + (1 - opacity_sum) * bits_left);
    d_entropy = loss.entropy_weight * loss.inverse_rays * (bits_left - bits);
  }
  g.d_weights_sum = d_entropy - background;
  g.transmittance_end = ray.transmittance;
  g.squares_left = 0;
  g.sharpness = 2 * loss.sharpness_weight * loss.inverse_rays;
}

void train(const HeadWeights& w, const HeadCondition& c, const OccupancyView& occ, const float* origin,
           const RayTask* rays, int n, const RayLoss& loss, HeadScratch& scratch, HeadGradients& gradients,
           FrameGradients* frame, RayStats* stats) {
  Tile t = tile_of(scratch);
  Wave wave;
  wave.live_count = 0;
  for (int r = 0; r < n; r++) {
    start_ray(w, c, occ, origin, rays[r].dir, rays[r].jitter, r, loss.max_samples, t, wave, stats);
    memset(t.ray_gradient + r * 64, 0, 64 * sizeof(float));
  }
  int total = 0;
  while (wave.live_count) {
    const int first = total;
    for (int a = 0; a < wave.live_count; a++) {
      const int r = wave.live[a];
      total =
          place_samples(t, wave, r, min_int(loss.round, wave.counts[r] - wave.position[r]), origin, rays[r].dir, total);
    }
    for (int s = first; s < total; s += kTileSamples) {
      Tile part = tile_at(t, s);
      tile_forward<true>(w, c, part, min_int(kTileSamples, total - s), t.ray_bias);
    }
    opacity(t.sigma + first, t.alpha + first, total - first);
    for (int s = first; s < total; s++) {
      CompositeState<float>& ray = wave.state[t.ray[s]];
      if (ray.transmittance < loss.early_stop_eps) {
        t.before[s] = -1;
        continue;
      }
      t.before[s] = ray.transmittance;
      const float rgb[3] = {t.rgb[s], t.rgb[kScratchRow + s], t.rgb[2 * kScratchRow + s]};
      composite_step<float>(ray, t.alpha[s], rgb);
    }
    keep_live(wave, loss.early_stop_eps);
  }
  stats->samples += total;

  CompositeGradient<float> back[kChunkRays];
  for (int r = 0; r < n; r++) ray_losses(rays[r], loss, wave.state[r], back[r], stats);
  if (loss.sharpness_weight > 0)
    for (int s = 0; s < total; s++)
      if (t.before[s] >= 0) {
        const float weight = t.before[s] * t.alpha[s];
        back[t.ray[s]].squares_left += weight * weight;
        stats->squares += (double)(weight * weight);
      }
  for (int s = 0; s < total; s++) {
    const int r = t.ray[s];
    if (t.before[s] < 0) {
      t.d_sigma[s] = t.d_xa[s] = t.d_ya[s] = t.d_za[s] = 0;
      for (int k = 0; k < 3; k++) t.d_rgb[k * kScratchRow + s] = 0;
      continue;
    }
    const float rgb[3] = {t.rgb[s], t.rgb[kScratchRow + s], t.rgb[2 * kScratchRow + s]};
    float d_rgb[3];
    const float d_sigma = composite_step_backward<float>(back[r], t.before[s], t.alpha[s], rgb, kStep, d_rgb);
    for (int k = 0; k < 3; k++) t.d_rgb[k * kScratchRow + s] = d_rgb[k] * rgb[k] * (1 - rgb[k]);
    // exp with clamped backward: the slope is exp(clamp(x, -15, 15)), reference code
    const float slope =
        t.sigma[s] < 3.2690174e6f ? (t.sigma[s] > 3.0590232e-7f ? t.sigma[s] : 3.0590232e-7f) : 3.2690174e6f;
    t.d_sigma[s] = d_sigma * slope;
    const bool three = w.layout->ambient.dim == 3;
    const float ambient =
        __builtin_fabsf(t.xa[s]) + __builtin_fabsf(t.ya[s]) + (three ? __builtin_fabsf(t.za[s]) : 0.f);
    stats->ambient += (double)ambient;
    stats->ambient_loss += (double)(ambient * rays[r].ambient);
    t.d_xa[s] = rays[r].ambient * (t.xa[s] > 0 ? 1.f : -1.f);
    t.d_ya[s] = rays[r].ambient * (t.ya[s] > 0 ? 1.f : -1.f);
    t.d_za[s] = three ? rays[r].ambient * (t.za[s] > 0 ? 1.f : -1.f) : 0.f;
  }

  for (int s = 0; s < total; s += kTileSamples) {
    Tile part = tile_at(t, s);
    tile_backward(w, part, min_int(kTileSamples, total - s), gradients, frame, t.ray_gradient);
  }
  float* d_dir = gradients.flat + w.layout->color1_dir;
  for (int r = 0; r < n; r++) {
    if (!wave.counts[r]) continue;
    for (int j = 0; j < 64; j += kLanes) {
      const Vec v = load(t.ray_gradient + r * 64 + j);
      store(frame->color + j, load(frame->color + j) + v);
      for (int k = 0; k < kSphHarmonics; k++)
        store(d_dir + k * 64 + j, load(d_dir + k * 64 + j) + t.sh[r * 16 + k] * v);
    }
  }
}

void query(const HeadWeights& w, const HeadCondition& c, const float* x, const float* y, const float* z, int n,
           HeadScratch& scratch, float* sigma, float* ambient) {
  Tile t = tile_of(scratch);
  memcpy(t.x, x, (size_t)n * sizeof(float));
  memcpy(t.y, y, (size_t)n * sizeof(float));
  memcpy(t.z, z, (size_t)n * sizeof(float));
  for (int i = 0; i < n; i++) t.ray[i] = 0;
  tile_forward<false>(w, c, t, n, nullptr);
  if (sigma) memcpy(sigma, t.sigma, (size_t)n * sizeof(float));
  if (!ambient) return;
  for (int i = 0; i < n; i++)
    for (int k = 0; k < 3; k++)
      ambient[3 * i + k] = k < w.layout->ambient.dim ? t.xa[(size_t)k * kScratchRow + (size_t)i] : 0.f;
}

void unmerge(const HeadWeights& w, HeadGradients& g) {
  const HeadLayout& h = *w.layout;
  const float* geo = w.params + h.density3_geo;
  const float* color = w.params + h.color1_geo;
  float* d_geo = g.flat + h.density3_geo;
  float* d_color = g.flat + h.color1_geo;
  alignas(64) float color_t[64 * 64];
  transpose(color, 64, 64, color_t);
  for (int i = 0; i < 64; i++)
    for (int n = 0; n < 64; n++) {
      const float d = g.merged[i * 64 + n];
      for (int k = 0; k < 64; k++) d_geo[i * 64 + k] += d * color_t[n * 64 + k];
    }
  for (int i = 0; i < 64; i++)
    for (int k = 0; k < 64; k++) {
      const float a = geo[i * 64 + k];
      for (int n = 0; n < 64; n++) d_color[k * 64 + n] += a * g.merged[i * 64 + n];
    }
  memset(g.merged, 0, 64 * 64 * sizeof(float));
}

}  // namespace
}  // namespace portrait

PORTRAIT_REGISTER(head, HeadKernels) { kernels = {prepare, condition, train, trace<Fp32Forward>, query, unmerge}; }
