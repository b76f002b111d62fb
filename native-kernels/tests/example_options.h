// Fully specified options for tests and benches. They are examples, not defaults of the product.
#pragma once
#include "portrait/options.h"

namespace portrait {

inline GridConfig example_grid(int base_resolution = 16, int finest_resolution = 2048,
                               GridIndexing indexing = GridIndexing::tiled) {
  return {indexing, base_resolution, finest_resolution, 1 << 16};
}

inline HeadConfig example_head_config() {
  HeadConfig c{};
  c.backbone = Backbone::modulation;
  c.ambient_dim = 2;
  c.max_samples = 16;
  c.spatial_grid = example_grid();
  c.ambient_grid = example_grid(4, 64);
  c.ambient_gain = 6;
  c.density_bias = 2;
  c.audio_network = AudioNetwork::mlp;
  c.audio_inputs = 96;
  return c;
}

inline HeadTrainingOptions example_head_training() {
  HeadTrainingOptions o{};
  o.steps = 8852;
  o.rays_per_step = 4096;
  o.frames_per_step = 16;
  o.mouth_share = 0.45f;
  o.eyes_share = 0.15f;
  o.grid_learning_rate = 1e-2f;
  o.net_learning_rate = o.audio_learning_rate = 1e-3f;
  o.appearance_learning_rate_factor = o.attention_learning_rate_factor = 5;
  o.final_learning_rate_factor = 0.1f;
  o.beta1 = 0.9f;
  o.beta2 = 0.99f;
  o.epsilon = 1e-15f;
  o.entropy_weight = 1e-4f;
  o.sharpness_ramp = 1.f / 3;
  o.audio_noise = 0.2f;
  o.early_stop_eps = 1e-4f;
  o.occupancy_interval = 16;
  o.occupancy_warmup_steps = 400;
  o.occupancy_early_decay = 0.6f;
  o.occupancy_decay = 0.95f;
  o.occupancy_sparsity = 16;
  o.ema_decay = 0.95f;
  o.seed = 1;
  return o;
}

inline TorsoConfig example_torso_config() { return {1, 0.8f, 2048, 1 << 16}; }

}  // namespace portrait
