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
#include "portrait/options.h"
#include "portrait/status.h"
#include "step.h"
#include "training/checkpoint_origin.h"

namespace portrait {

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
  static Status create(TorsoModel& model, TorsoDatasetInfo dataset, const TorsoTrainingOptions& options,
                       std::unique_ptr<TorsoTrainer>* out);

  // Up to `count` steps, fewer when the schedule ends or the flag is raised (status aborted; steps done are kept).
  Status run(int count, const AbortFlag& abort, TorsoTrainStats* stats);
  int step() const { return step_.load(); }

  std::vector<uint8_t> checkpoint() const;
  Status restore(const uint8_t* data, size_t bytes, CheckpointOrigin* origin = nullptr);

 private:
  TorsoTrainer(TorsoModel& model, const TorsoTrainingOptions& options);
  Status begin();         // once: position terms, target cells, live pixels
  Status mark_targets();  // from the alpha targets: which cells stay occupied, which never can be
  void update_occupancy();
  void refresh_live();
  Status one_step(TorsoLoss* loss, int64_t* rays);
  void optimize();
  void clear_unused_inputs(float* params) const;  // rows of the first layers whose inputs the options leave out
  void publish();                                 // average, or the last parameters, into the model
  uint64_t config_digest() const;

  TorsoModel& model_;
  TorsoTrainingOptions options_;
  TorsoDataset dataset_;
  TorsoStep step_maths_;
  TorsoPrepared prepared_;
  TorsoHoist hoist_, cells_;  // of the crop's pixels; of the occupancy cells
  AlignedBuffer<float> params_, m_, v_, ema_;
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
