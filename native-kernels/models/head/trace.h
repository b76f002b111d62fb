// Forward-only rays in wavefront rounds: each live ray contributes a few samples, the network runs over all of them,
// and rays whose transmittance falls below the limit drop out. The released code's rule makes this exact: samples
// behind the limit get no colour. Per-ISA file: no STL.
#pragma once
#include "ops/composite_rays/composite_rays.h"
#include "tile.h"

namespace portrait {
namespace {

struct Wave {
  int counts[kTraceRays], position[kTraceRays], live[kTraceRays], live_count;
  CompositeState<float> state[kTraceRays];
};

static void start_ray(const HeadWeights& w, const HeadCondition& c, const OccupancyView& occ, const float* origin,
                      const float* dir, float jitter, int r, int max_samples, Tile& t, Wave& wave, RayStats* stats) {
  wave.state[r] = CompositeState<float>();
  wave.position[r] = 0;
  wave.counts[r] = march_ray16(occ, origin, dir, jitter, max_samples, t.ts + (size_t)r * kMarchRow);
  if (!wave.counts[r]) return;
  wave.live[wave.live_count++] = r;
  stats->hits++;
  stats->marched += wave.counts[r];
  sph_harmonics16<float>(dir[0], dir[1], dir[2], t.sh + r * 16);
  ray_bias_row(w, c, t.sh + r * 16, t.ray_bias + r * 64);
}

// Puts the next `k` samples of ray r at rows from `at`.
PORTRAIT_INLINE int place_samples(Tile& t, Wave& wave, int r, int k, const float* origin, const float* dir, int at) {
  for (int i = 0; i < k; i++, at++) {
    const float s = t.ts[(size_t)r * kMarchRow + (size_t)wave.position[r]++];
    t.x[at] = (origin[0] + s * dir[0]) * .5f + .5f;
    t.y[at] = (origin[1] + s * dir[1]) * .5f + .5f;
    t.z[at] = (origin[2] + s * dir[2]) * .5f + .5f;
    t.ray[at] = r;
  }
  return at;
}

PORTRAIT_INLINE int min_int(int a, int b) { return a < b ? a : b; }

static void keep_live(Wave& wave, float early_stop_eps) {
  int kept = 0;
  for (int a = 0; a < wave.live_count; a++) {
    const int r = wave.live[a];
    if (wave.state[r].transmittance >= early_stop_eps && wave.position[r] < wave.counts[r]) wave.live[kept++] = r;
  }
  wave.live_count = kept;
}

// Forward::run(weights, condition, tile, n) evaluates the network on the first n samples of the tile.
template <class Forward>
static void trace(const HeadWeights& w, const HeadCondition& c, const OccupancyView& occ, const float* origin,
                  const float* dirs, const float* jitter, int n, const RayLoss& options, HeadScratch& scratch,
                  float* colors, float* transmittance, RayStats* stats) {
  Tile t = tile_of(scratch);
  Wave wave;
  wave.live_count = 0;
  for (int r = 0; r < n; r++)
    start_ray(w, c, occ, origin, dirs + 3 * r, jitter ? jitter[r] : 0.f, r, options.max_samples, t, wave, stats);
  while (wave.live_count) {
    for (int a = 0; a < wave.live_count;) {
      int total = 0;
      for (; a < wave.live_count && total + options.round <= kTileSamples; a++) {
        const int r = wave.live[a];
        total = place_samples(t, wave, r, min_int(options.round, wave.counts[r] - wave.position[r]), origin,
                              dirs + 3 * r, total);
      }
      Forward::run(w, c, t, total);
      opacity(t.sigma, t.alpha, total);
      stats->samples += total;
      for (int s = 0; s < total; s++) {
        CompositeState<float>& ray = wave.state[t.ray[s]];
        if (ray.transmittance < options.early_stop_eps) continue;
        const float rgb[3] = {t.rgb[s], t.rgb[kScratchRow + s], t.rgb[2 * kScratchRow + s]};
        composite_step<float>(ray, t.alpha[s], rgb);
      }
    }
    keep_live(wave, options.early_stop_eps);
  }
  for (int r = 0; r < n; r++) {
    for (int k = 0; k < 3; k++) colors[3 * r + k] = wave.state[r].color[k];
    transmittance[r] = wave.state[r].transmittance;
  }
}

}  // namespace
}  // namespace portrait
