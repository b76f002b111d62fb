#include "trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "runtime/kernel_table.h"
#include "portrait/check_options.h"
#include "portrait/rng.h"
#include "portrait/thread_pool.h"

namespace portrait {
namespace {

// Stratified: the i-th of n rays comes from the i-th n-th of the live pixels, so the list is sorted by row and column.
void draw(const std::vector<uint32_t>& live, size_t n, Rng& rng, std::vector<uint32_t>& out) {
  out.resize(n);
  for (size_t i = 0; i < n; i++) {
    const size_t at = size_t((double(i) + double(rng.uniform())) * double(live.size()) / double(n));
    out[i] = live[std::min(at, live.size() - 1)];
  }
}

}  // namespace

TorsoTrainer::TorsoTrainer(TorsoModel& model, const TorsoTrainingOptions& options)
    : model_(model),
      options_(options),
      step_maths_(model.spec),
      params_(model.spec.total),
      m_(model.spec.total),
      v_(model.spec.total),
      ema_(model.spec.total),
      occupancy_(model.occupancy) {
  std::copy(model.params.begin(), model.params.end(), params_.begin());
  clear_unused_inputs(params_.data());
  std::copy(params_.begin(), params_.end(), ema_.begin());
}

void TorsoTrainer::clear_unused_inputs(float* params) const {
  const TorsoSpec& s = model_.spec;
  const auto clear = [params](size_t layer, int width, int row, int rows) {
    std::fill_n(params + layer + size_t(row) * width, size_t(rows) * width, 0.f);
  };
  const int used = 1 + 2 * options_.deform_octaves;
  for (int axis = 0; axis < 2; axis++) clear(s.deform0, kTorsoDeform, axis * kTorsoAxis + used, kTorsoAxis - used);
  if (!options_.color_position) clear(s.color0, kTorsoColor, kTorsoFeature, kTorsoPos);
  if (!options_.color_pose) clear(s.color0, kTorsoColor, kTorsoFeature + kTorsoPos, kTorsoPose);
}

Status TorsoTrainer::create(TorsoModel& model, TorsoDatasetInfo dataset, const TorsoTrainingOptions& o,
                            std::unique_ptr<TorsoTrainer>* out) {
  const auto bad = [](const char* what) {
    return Status::error(StatusCode::invalid_argument, std::string("torso training: ") + what);
  };
  if (Status s = check_ranges("torso training", o); !s.ok()) return s;
  if (o.rays_per_step < o.frames_per_step) return bad("raysPerStep must be at least framesPerStep");
  if (dataset.frames > model.spec.config.frames)
    return bad("the model holds fewer appearance codes than the dataset has frames");
  std::unique_ptr<TorsoTrainer> trainer(new TorsoTrainer(model, o));
  const Status status = trainer->dataset_.open(std::move(dataset));
  if (status.ok()) *out = std::move(trainer);
  return status;
}

Status TorsoTrainer::begin() {
  if (begun_) return {};
  const TorsoDatasetInfo& d = dataset_.info();
  pixels_.assign(options_.frames_per_step, std::vector<uint8_t>(dataset_.frame_bytes()));
  picked_.resize(options_.frames_per_step);
  pose_codes_.resize(size_t(d.frames) * kTorsoPose);
  for (int f = 0; f < d.frames; f++)
    torso_pose_codes(d.poses.data() + size_t(f) * 6, pose_codes_.data() + size_t(f) * kTorsoPose);
  hoist_.set_lattice(model_.spec, torso_pixel_centres(d.width, d.left, d.crop_width),
                     torso_pixel_centres(d.height, d.top, d.crop_height));
  const Status status = mark_targets();
  if (!status.ok()) return status;
  prepared_.prepare(model_.spec, params_.data());
  refresh_live();
  begun_ = true;
  return {};
}

Status TorsoTrainer::one_step(TorsoLoss* loss, int64_t* rays) {
  const TorsoDatasetInfo& d = dataset_.info();
  hoist_.project(model_.spec, params_.data());
  if (step_ % options_.occupancy_interval == 0) {
    update_occupancy();
    refresh_live();
  }
  Rng rng(hash_counter(options_.seed, uint64_t(step_)));
  const int slots = options_.frames_per_step;
  std::vector<TorsoFrameRays> frames(slots);
  for (int i = 0; i < slots; i++) {
    const int frame = d.train_frames[rng.below(uint32_t(d.train_frames.size()))];
    const size_t share = size_t(options_.rays_per_step) * (i + 1) / slots - size_t(options_.rays_per_step) * i / slots;
    draw(live_, share, rng, picked_[i]);
    frames[i] = {frame, pose_codes_.data() + size_t(frame) * kTorsoPose, pixels_[i].data(), &picked_[i]};
  }
  const int first = int(live_.front()) / d.crop_width, count = int(live_.back()) / d.crop_width - first + 1;
  std::vector<Status> read(slots);
  parallel_chunks(
      slots, [&](size_t i, int) { read[i] = dataset_.read_rows(frames[i].frame, first, count, pixels_[i].data()); });
  for (const Status& status : read)
    if (!status.ok()) return status;

  *loss = step_maths_.run(hoist_, prepared_, params_.data(), frames, {options_.entropy_weight, options_.alpha_weight});
  *rays = options_.rays_per_step;
  if (!std::isfinite(loss->total))
    return Status::error(StatusCode::non_finite, "torso training: the loss stopped being a number at step " +
                                                     std::to_string(step_) + "; lower the learning rates");
  optimize();
  step_++;
  return {};
}

void TorsoTrainer::optimize() {
  const TorsoSpec& s = model_.spec;
  const float decay = float(std::pow(double(options_.final_learning_rate_factor), double(step_) / options_.steps));
  const double t = step_ + 1;
  AdamStep grid{options_.grid_learning_rate * decay,
                options_.beta1,
                options_.beta2,
                options_.epsilon,
                float(1 / (1 - std::pow(double(options_.beta1), t))),
                float(1 / (1 - std::pow(double(options_.beta2), t)))};
  AdamStep net = grid;
  net.learning_rate = options_.net_learning_rate * decay;
  const std::vector<float*> gradients = step_maths_.gradients();
  for (float* gradient : gradients) clear_unused_inputs(gradient);
  constexpr size_t kRange = size_t(1) << 15;  // floats a work item
  const size_t table_items = (s.deform0 + kRange - 1) / kRange, net_items = (s.total - s.deform0 + kRange - 1) / kRange;
  const bool averages = options_.ema_interval > 0 && (step_ + 1) % options_.ema_interval == 0;
  // Ours: a plain mean while young, so that a short training does not keep its random beginning.
  const float share = averages ? float(options_.ema_interval) / float(step_ + 1) : 0.f;
  const float ema_decay = std::min(options_.ema_decay, 1.f - share);
  parallel_chunks(table_items + net_items, [&](size_t item, int) {
    const bool in_table = item < table_items;
    const size_t begin = in_table ? item * kRange : s.deform0 + (item - table_items) * kRange;
    const size_t count = std::min(kRange, (in_table ? s.deform0 : s.total) - begin);
    std::vector<float*> at;
    for (float* g : gradients) at.push_back(g + begin);
    const auto& adam = kernels().adam;
    adam.step(params_.data() + begin, m_.data() + begin, v_.data() + begin, at.data(), int(at.size()), count,
              in_table ? grid : net);
    if (averages) adam.average(ema_.data() + begin, params_.data() + begin, count, ema_decay);
  });
  grid_refresh_pad(s.grid, params_.data() + s.table);
  prepared_.prepare(s, params_.data());
}

void TorsoTrainer::publish() {
  std::lock_guard<std::mutex> lock(model_.guard);
  const bool averaged = options_.ema_interval > 0 && step_ >= options_.ema_interval;
  const AlignedBuffer<float>& from = averaged ? ema_ : params_;
  std::copy(from.begin(), from.end(), model_.params.begin());
  grid_refresh_pad(model_.spec.grid, model_.params.data() + model_.spec.table);
  model_.occupancy = occupancy_;
  model_.revision++;
}

Status TorsoTrainer::run(int count, const AbortFlag& abort, TorsoTrainStats* stats) {
  const auto started = std::chrono::steady_clock::now();
  TorsoTrainStats out;
  Status status = begin();
  int done = 0;
  while (status.ok() && done < count && step_ < options_.steps) {
    if (abort.raised()) {
      status = Status::error(StatusCode::aborted, "torso training stopped on request at step " + std::to_string(step_));
      break;
    }
    TorsoLoss loss;
    int64_t rays = 0;
    status = one_step(&loss, &rays);
    if (!status.ok()) break;
    done++;
    out.rays += rays;
    out.loss.total += loss.total;
    out.loss.color += loss.color;
    out.loss.entropy += loss.entropy;
    out.loss.alpha += loss.alpha;
  }
  for (double* v : {&out.loss.total, &out.loss.color, &out.loss.entropy, &out.loss.alpha}) *v /= std::max(done, 1);
  out.step = step_;
  out.live = double(live_.size()) / (double(dataset_.info().crop_width) * dataset_.info().crop_height);
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  if (done > 0 && status.code != StatusCode::non_finite) publish();
  if (stats) *stats = out;
  return status;
}

}  // namespace portrait
