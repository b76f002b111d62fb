// Learns a torso model from packed frames (paper 3.3 and 4.1; rad-nerf section "torso stage", without the frozen head,
// whose pixels do not depend on the torso). One object, one caller at a time; every step is a function of (parameters,
// seed, step number), so a restored checkpoint goes on with the same bits for the same number of threads.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "models/torso/model.h"
#include "dataset.h"
#include "portrait/abort.h"
#include "portrait/status.h"
#include "step.h"

namespace portrait {

struct TorsoTrainerOptions {
  int steps = 20000;         // length of the learning-rate schedule (paper)
  int rays_per_step = 8192;  // pixels drawn a step, among the occupied ones
  int frames_per_step = 2;
  float grid_rate = 5e-3f, net_rate = 5e-4f;  // Adam, at step 0 (paper)
  float final_rate = 0.1f;                    // rates at the last step, as a share of the initial ones (paper)
  int deform_octaves = 10;                    // of the position, seen by the deformation network; 0..10 (rad-nerf: 10)
  bool color_position = true;  // colour network sees the pixel position (rad-nerf; the paper's formula does not)
  bool color_pose = true;      // colour network sees the head pose (rad-nerf; the paper's formula does not)
  TorsoLossWeights loss;
  float ema_decay = 0.95f;  // moving average of the parameters (paper)
  int ema_interval =
      10;  // steps between two of its updates (rad-nerf: 1000 of 200,000); 0: the last parameters are the result
  int occupancy_interval = 16;  // steps between two updates of the occupancy grid (rad-nerf)
  uint64_t seed = 0;
};

struct TorsoTrainStats {
  int step = 0;        // steps done since the beginning of training
  TorsoLoss loss;      // mean over the steps of this call
  int64_t rays = 0;    // evaluated in this call
  double live = 0;     // share of the crop's pixels that the occupancy grid keeps
  double seconds = 0;  // wall time of this call
};

class TorsoTrainer {
 public:
  // `model` must outlive the trainer; it is read here, and written (under its guard) after each run and restore.
  // Opens the dataset; its targets are only looked at by the first run or restore.
  static Status create(TorsoModel& model, TorsoDatasetInfo dataset, const TorsoTrainerOptions& options,
                       std::unique_ptr<TorsoTrainer>* out);

  // Up to `count` steps, fewer when the schedule ends or the flag is raised (status aborted; steps done are kept).
  Status run(int count, const AbortFlag& abort, TorsoTrainStats* stats);
  int step() const { return step_.load(); }

  std::vector<uint8_t> checkpoint() const;
  Status restore(const uint8_t* data, size_t bytes);

 private:
  TorsoTrainer(TorsoModel& model, const TorsoTrainerOptions& options);
  Status begin();         // once: position terms, target cells, live pixels
  Status mark_targets();  // from the alpha targets: which cells stay occupied, which never can be
  void update_occupancy();
  void refresh_live();
  Status one_step(TorsoLoss* loss, int64_t* rays);
  void optimise();
  void clear_unused_inputs(float* params) const;  // rows of the first layers whose inputs the options leave out
  void publish();                                 // average, or the last parameters, into the model
  uint64_t config_digest() const;

  TorsoModel& model_;
  TorsoTrainerOptions options_;
  TorsoDataset dataset_;
  TorsoStep step_maths_;
  TorsoPrepared prepared_;
  TorsoHoist hoist_, cells_;  // of the crop's pixels; of the occupancy cells
  AlignedBuffer<float> params_, first_, second_, ema_;
  TorsoOccupancy occupancy_;
  std::vector<uint8_t> covered_, near_;        // [128^2] cells with a target; cells a target may move into
  std::vector<uint32_t> live_;                 // pixels of the crop to draw from
  std::vector<std::vector<uint8_t>> pixels_;   // one crop a slot
  std::vector<std::vector<uint32_t>> picked_;  // one list a slot
  std::vector<float> pose_codes_;              // [frames, 54]
  bool begun_ = false;
  std::atomic<int> step_{0};  // read by other threads while a run goes on
};

}  // namespace portrait
