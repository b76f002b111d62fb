// Everything that shapes a training run. "paper" values are those of the released code where paper and code disagree.
#pragma once
#include <cstdint>

namespace portrait {

struct TrainOptions {
  int total_steps = 8852;     // length of the schedules; run() may go on beyond it at the final rates
  int rays_per_step = 4096;   // paper 65,536
  int frames_per_step = 16;   // paper 1
  float mouth_share = 0.45f;  // of the rays in the lips rectangle; paper 0
  float eye_share = 0.15f;    // of the rays in the eye rectangles; paper 0

  float rate_grids = 1e-2f;     // paper 5e-3
  float rate_nets = 1e-3f;      // paper 5e-4
  float rate_audio = 1e-3f;     // audio encoder; paper 5e-4
  float appearance_factor = 5;  // on rate_nets
  float attention_factor = 5;   // on rate_audio (paper's code: 2.5e-3 against 5e-4)
  float final_rate = 0.1f;      // factor at total_steps, exponential; 0.05 in lips fine-tuning
  float beta1 = 0.9f, beta2 = 0.99f, epsilon = 1e-15f;

  float entropy_weight = 1e-4f;    // log base 2, mean over rays
  float ambient_weight = 0;        // dynamic loss outside the face rectangle; paper 0.1
  float ambient_start = 0;         // share of the schedule after which its linear ramp begins
  float sharpness_weight = 0;      // ours
  float sharpness_ramp = 1.f / 3;  // share of the schedule over which it rises

  float audio_noise = 0.2f;  // sd of Gaussian noise on the encoder's input; paper 0
  float eye_noise = 0;       // half width of uniform noise on the eye ratio

  int occupancy_interval = 16;  // 0: frozen
  int occupancy_warmup = 400;   // steps with full sweeps and the early decay
  float occupancy_early_decay = 0.6f;
  float occupancy_decay = 0.95f;
  int occupancy_sparsity =
      16;  // after warm-up one live cell in so many, and one occupied cell in eight; 1: full sweeps

  float ema_decay = 0.95f;
  int ema_interval = 0;  // steps between updates; 0: no average; paper's code 1000

  bool lips = false;  // alternate a patch of the lips with an ordinary step
  float lpips_weight = 0.01f;
  int patch_min = 32, patch_max = 64;  // pixels a side

  uint64_t seed = 1;
};

}  // namespace portrait
