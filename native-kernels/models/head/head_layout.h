// Configuration of the head network and the place of every parameter in one flat float array.
//
//   f = spatial grid(x)                         32
//   xa = tanh(ambient net(f, audio code))       96 -> 64 -> 64 -> D          (paper section 3.2, equation 2; D = 2)
//   g = ambient grid(xa)                        32
//   (x_sigma, geo) = density net(f, g, eye)     65 -> 64 -> 64 -> 1 + 64     sigma = exp(x_sigma + density_bias)
//   rgb = sigmoid(color net(geo, SH(d), appearance))   84 -> 64 -> 3
// No biases, ReLU between layers (reference code). Weights are [in][64]; narrow outputs are stored [out][64].
// Layout: both tables first (their Adam step dominates), then the nets, then the audio encoder, then its attention.
#pragma once
#include <stddef.h>

#include "ops/audio_net/audio_shape.h"
#include "ops/grid_encode/grid_spec.h"

namespace portrait {

constexpr int kHidden = 64, kFeatures = 32, kSphHarmonics = 16, kAppearance = 4;

inline AudioShape audio_shape_of(const HeadConfig& c) {
  return {c.audio_network == AudioNetwork::conv, c.audio_inputs, c.audio_attention};
}

struct HeadLayout {
  GridSpec spatial, ambient;
  AudioShape audio_shape;
  AudioLayout audio;
  bool audio_to_density;
  int ambient_dim;
  size_t spatial_table, ambient_table;            // [entries][2]
  size_t ambient1_f, ambient1_audio, ambient2;    // [32][64] [64][64] [64][64]
  size_t ambient3;                                // [2 or 3][64]; with D = 1 the second row stays zero
  size_t density1, density1_eye;                  // [64][64] [64]
  size_t density1_audio;                          // [64][64], only with audio_to_density
  size_t density2, density3_sigma, density3_geo;  // [64][64] [64] [64][64]
  size_t color1_geo, color1_dir, color1_code;     // [64][64] [16][64] [4][64]
  size_t color2;                                  // [3][64]
  size_t nets, audio_net, attention_net;          // where each group begins
  size_t total;
};

inline HeadLayout make_head_layout(const HeadConfig& c) {
  HeadLayout h{};
  h.spatial = make_grid(3, c.spatial_grid);
  // D = 1 is a 2D grid whose second coordinate is pinned: each level then holds one line of entries.
  h.ambient = make_grid(c.ambient_dim == 3 ? 3 : 2, c.ambient_grid);
  h.ambient_dim = c.ambient_dim;
  h.audio_shape = audio_shape_of(c);
  h.audio = make_audio_layout(h.audio_shape);
  h.audio_to_density = c.audio_to_density;
  size_t at = 0;
  auto take = [&at](size_t n) {
    const size_t begin = at;
    at += n;
    return begin;
  };
  h.spatial_table = take(2 * size_t(h.spatial.entries));
  h.ambient_table = take(2 * size_t(h.ambient.entries));
  h.nets = h.ambient1_f = take(kFeatures * kHidden);
  h.ambient1_audio = take(kAudioCode * kHidden);
  h.ambient2 = take(kHidden * kHidden);
  h.ambient3 = take(size_t(h.ambient.dim) * kHidden);
  h.density1 = take(2 * kFeatures * kHidden);
  h.density1_eye = take(kHidden);
  h.density1_audio = take(c.audio_to_density ? size_t(kAudioCode * kHidden) : 0);
  h.density2 = take(kHidden * kHidden);
  h.density3_sigma = take(kHidden);
  h.density3_geo = take(kHidden * kHidden);
  h.color1_geo = take(kHidden * kHidden);
  h.color1_dir = take(kSphHarmonics * kHidden);
  h.color1_code = take(kAppearance * kHidden);
  h.color2 = take(3 * kHidden);
  h.audio_net = take(h.audio.encoder_count);
  h.attention_net = take(h.audio.total - h.audio.encoder_count);
  h.total = at;
  return h;
}

}  // namespace portrait
