// Trains a head: draws rays, runs the device, steps Adam, refreshes the occupancy grid. Runs in slices of any length;
// the state between slices is a checkpoint away from being the same on another day (see checkpoint.cpp).
#pragma once
#include <functional>

#include "models/head/head.h"
#include "models/lpips/lpips.h"
#include "ops/adam/kernels.h"
#include "portrait/abort.h"
#include "sampler.h"

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

class HeadTrainer {
 public:
  HeadTrainer(std::shared_ptr<Head> head, std::shared_ptr<Dataset> data, const TrainOptions& options,
              std::shared_ptr<const LpipsNet> lpips);

  static Status check(const TrainOptions&);
  Status run(int steps, AbortFlag, StepStats*);
  // Fits the audio encoder to predict targets [frames][dims] through a linear head that is thrown away afterwards.
  Status pretrain_audio(const float* targets, int dims, int steps, float rate, AbortFlag, PretrainReport*);
  // Spread (sd over audio) and mean of the ambient coordinate on the visible surface, by region.
  Status probe_ambient(int points, int windows, AmbientReport*);

  std::vector<uint8_t> checkpoint() const;
  Status restore(const uint8_t* bytes, size_t size);
  // A head of its own: averaged parameters where an average is kept, else the current ones.
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
  void optimise(float schedule);
  void update_appearance(int frame, const float* d, float rate);
  void update_average();
  void update_mean_appearance();
  void update_occupancy();
  float progress() const;
  AdamStep adam_step(float rate, int64_t count) const;

  std::shared_ptr<Head> head_;
  std::shared_ptr<Dataset> data_;
  TrainOptions options_;
  std::shared_ptr<const LpipsNet> lpips_;
  Sampler sampler_;
  Rng rng_;
  int64_t step_ = 0;
  AlignedBuffer<float> first_, second_, average_;
  int64_t average_updates_ = 0;
  std::vector<float> appearance_first_, appearance_second_;
  std::vector<int32_t> appearance_steps_;
  std::vector<float> audio_inputs_, d_codes_, d_appearance_;
  StepRays step_rays_;
};

}  // namespace portrait
