// Trains a head: draws rays, runs the device, steps Adam, refreshes the occupancy grid. Runs in slices of any length;
// the state between slices is a checkpoint away from being the same on another day (see checkpoint.cpp).
#pragma once
#include <functional>

#include "models/head/head.h"
#include "models/lpips/lpips.h"
#include "ops/adam/kernels.h"
#include "portrait/abort.h"
#include "sampler.h"
#include "training/checkpoint_origin.h"

namespace portrait {

// Means over the steps of one run() call.
struct StepStats {
  int64_t step = 0;            // steps done since the beginning
  double loss = 0;             // all weighted terms but the LPIPS one
  double mse = 0, psnr = 0;    // per channel
  double lpips = 0;            // mean over patch steps, 0 without
  double hit_fraction = 0;     // rays with at least one sample
  double samples_per_ray = 0;  // evaluated, per hit ray
  double marched_per_ray = 0;  // occupied lattice points, per hit ray
  double occupancy = 0;        // share of cells set
  double ambient = 0;          // mean of |xa| + |ya| over samples
  double rays_per_second = 0, samples_per_second = 0, seconds = 0;
};

struct AmbientRegion {
  double spread = 0, mean = 0;
  int points = 0;
};
struct AmbientReport {
  AmbientRegion mouth, face, elsewhere;
};

struct PretrainReport {
  double mse = 0;
  double explained = 0;
};  // of standardised targets, on the training frames

// What makes it lips fine-tuning: every other step is a patch of the lips.
struct LipsTraining {
  LipsOptions options;
  std::shared_ptr<const LpipsNet> net;
};

class HeadTrainer {
 public:
  // lips: null for head training.
  HeadTrainer(std::shared_ptr<Head> head, std::shared_ptr<Dataset> data, const HeadTrainingOptions& options,
              std::unique_ptr<const LipsTraining> lips);

  static Status check(const HeadTrainingOptions&);
  static Status check(const LipsOptions&);
  Status run(int steps, AbortFlag, StepStats*);
  // Fits the audio encoder to predict targets [frames][dims] through a linear head that is thrown away afterwards.
  Status pretrain_audio(const float* targets, int dims, int steps, float learning_rate, AbortFlag, PretrainReport*);
  // Spread (sd over audio) and mean of the ambient coordinate on the visible surface, by region.
  Status probe_ambient(int points, int windows, AmbientReport*);

  std::vector<uint8_t> checkpoint() const;
  // origin: where the checkpoint was made, or null.
  Status restore(const uint8_t* bytes, size_t size, CheckpointOrigin* origin = nullptr);
  // A head of its own: the averaged parameters once there is an average, else the current ones.
  std::shared_ptr<Head> evaluation_head() const;

  Head& head() { return *head_; }
  int64_t step() const { return __atomic_load_n(&step_, __ATOMIC_RELAXED); }  // may be asked while run() is going on
  int frames() const { return data_->frames(); }

 private:
  Status one_step(StepStats& sums, RayStats& totals, double& rays);
  void encode(StepRays&);
  void run_rays(StepRays&, const RayLoss&, RayStats&);
  Status patch_gradient(StepRays&, const RayLoss&, double& distance);
  void backward_frames(StepRays&);
  void optimize(float schedule);
  void update_appearance(int frame, const float* d, float learning_rate);
  void update_ema();
  void update_mean_appearance();
  void update_occupancy();
  float progress() const;
  AdamStep adam_step(float learning_rate, int64_t count) const;

  std::shared_ptr<Head> head_;
  std::shared_ptr<Dataset> data_;
  HeadTrainingOptions options_;
  std::unique_ptr<const LipsTraining> lips_;
  Sampler sampler_;
  Rng rng_;
  int64_t step_ = 0;
  AlignedBuffer<float> m_, v_, ema_;
  int64_t ema_updates_ = 0;
  std::vector<float> appearance_m_, appearance_v_;
  std::vector<int32_t> appearance_steps_;
  std::vector<float> audio_inputs_, d_codes_, d_appearance_;
  StepRays step_rays_;
};

}  // namespace portrait
