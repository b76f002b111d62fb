#include "trainer.h"

#include <chrono>
#include <cmath>

#include "runtime/kernel_table.h"
#include "portrait/check_options.h"
#include "portrait/thread_pool.h"

namespace portrait {
namespace {
Status invalid(const std::string& message) { return Status::error(StatusCode::invalid_argument, message); }
}  // namespace

Status HeadTrainer::check(const HeadTrainingOptions& o) {
  if (Status s = check_ranges("head training", o); !s.ok()) return s;
  if (o.rays_per_step < o.frames_per_step) return invalid("head training: raysPerStep must be at least framesPerStep");
  if (o.mouth_share + o.eyes_share > 1)
    return invalid("head training: mouthShare and eyesShare must be at most 1 together");
  return {};
}

Status HeadTrainer::check(const LipsOptions& o) {
  if (Status s = check_ranges("lips", o); !s.ok()) return s;
  if (o.min_patch_size > o.patch_size) return invalid("lips: minPatchSize must be at most patchSize");
  return {};
}

HeadTrainer::HeadTrainer(std::shared_ptr<Head> head, std::shared_ptr<Dataset> data, const HeadTrainingOptions& options,
                         std::unique_ptr<const LipsTraining> lips)
    : head_(std::move(head)),
      data_(std::move(data)),
      options_(options),
      lips_(std::move(lips)),
      sampler_(*data_, options_),
      rng_(options.seed),
      m_(head_->layout().total),
      v_(head_->layout().total) {
  const size_t frames = size_t(data_->frames());
  head_->ensure_appearance(frames);
  const size_t codes = head_->appearance().size();
  appearance_m_.assign(codes, 0.f);
  appearance_v_.assign(codes, 0.f);
  appearance_steps_.assign(codes / kAppearance, 0);
  if (options_.ema_interval > 0) {
    ema_.reset(head_->layout().total);
    std::copy(head_->params().data(), head_->params().data() + head_->layout().total, ema_.data());
  }
}

float HeadTrainer::progress() const { return std::min(1.f, float(step_) / float(options_.steps)); }

AdamStep HeadTrainer::adam_step(float learning_rate, int64_t count) const {
  return {learning_rate,
          options_.beta1,
          options_.beta2,
          options_.epsilon,
          float(1 / (1 - std::pow(double(options_.beta1), double(count)))),
          float(1 / (1 - std::pow(double(options_.beta2), double(count))))};
}

Status HeadTrainer::run(int steps, AbortFlag abort, StepStats* stats) {
  const auto started = std::chrono::steady_clock::now();
  StepStats sums;
  RayStats totals{};
  double rays = 0;
  int done = 0, patches = 0;
  Status result;
  for (; done < steps; done++) {
    if (abort.raised()) {
      result = Status::error(StatusCode::aborted, "training was stopped after step " + std::to_string(step_));
      break;
    }
    const bool patch = lips_ && step_ % 2 == 0;
    result = one_step(sums, totals, rays);
    if (!result.ok()) break;
    patches += patch;
    if (!std::isfinite(sums.mse)) {
      result = Status::error(StatusCode::non_finite, "the loss became NaN or infinite at step " +
                                                         std::to_string(step_) + "; the last checkpoint is still good");
      break;
    }
  }
  update_mean_appearance();
  if (!result.ok()) return result;
  if (!head_->finite())
    return Status::error(StatusCode::non_finite, "a parameter became NaN or infinite by step " + std::to_string(step_) +
                                                     "; the last checkpoint is still good");

  stats->step = step_;
  stats->mse = sums.mse / std::max(1, done);
  stats->loss = sums.loss / std::max(1, done);
  stats->psnr = stats->mse > 0 ? -10 * std::log10(stats->mse) : 99;
  stats->lpips = sums.lpips / std::max(1, patches);
  stats->hit_fraction = double(totals.hits) / std::max(1.0, rays);
  stats->samples_per_ray = double(totals.samples) / std::max<double>(1, double(totals.hits));
  stats->marched_per_ray = double(totals.marched) / std::max<double>(1, double(totals.hits));
  stats->occupancy = head_->occupancy().fraction();
  stats->ambient = totals.ambient / std::max<double>(1, double(totals.samples));
  stats->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  stats->rays_per_second = rays / std::max(1e-9, stats->seconds);
  stats->samples_per_second = double(totals.samples) / std::max(1e-9, stats->seconds);
  return {};
}

Status HeadTrainer::one_step(StepStats& sums, RayStats& totals, double& rays) {
  const bool patch = lips_ && step_ % 2 == 0;
  const float schedule = progress();
  RayLoss loss{};
  loss.entropy_weight = options_.entropy_weight;
  loss.sharpness_weight = options_.sharpness_weight *
                          (options_.sharpness_ramp > 0 ? std::min(1.f, schedule / options_.sharpness_ramp) : 1.f);
  loss.max_samples = head_->config().max_samples;
  loss.round = 4;
  loss.early_stop_eps = options_.early_stop_eps;
  const size_t wanted =
      size_t(options_.frames_per_step) * std::max<size_t>(1, size_t(options_.rays_per_step / options_.frames_per_step));
  const float ramp = options_.ambient_ramp_start < 1
                         ? std::max(0.f, (schedule - options_.ambient_ramp_start) / (1 - options_.ambient_ramp_start))
                         : 0.f;
  const float ambient = options_.ambient_weight * ramp / float(wanted);
  Status s =
      patch ? sampler_.draw_patch(rng_, lips_->options, step_rays_) : sampler_.draw_rays(rng_, ambient, step_rays_);
  if (!s.ok()) return s;
  loss.inverse_rays = 1.f / float(step_rays_.rays.size());

  head_->device().prepare(head_->params().data());
  encode(step_rays_);
  if (patch) {
    double distance = 0;
    if (s = patch_gradient(step_rays_, loss, distance); !s.ok()) return s;
    sums.lpips += distance;
  }
  RayStats step_stats{};
  run_rays(step_rays_, loss, step_stats);
  backward_frames(step_rays_);
  optimize(schedule);

  const double share = 1.0 / double(step_rays_.rays.size());
  const double mse = step_stats.squared_error / 3 * share;
  sums.mse += mse;
  sums.loss +=
      mse +
      share * (double(loss.entropy_weight) * step_stats.entropy - double(loss.sharpness_weight) * step_stats.squares) +
      step_stats.ambient_loss;
  totals.samples += step_stats.samples;
  totals.marched += step_stats.marched;
  totals.hits += step_stats.hits;
  totals.ambient += step_stats.ambient;
  rays += double(step_rays_.rays.size());
  if (options_.occupancy_interval > 0 &&
      (step_ == 0 || step_ % options_.occupancy_interval == options_.occupancy_interval - 1))
    update_occupancy();
  __atomic_store_n(&step_, step_ + 1, __ATOMIC_RELAXED);
  if (options_.ema_interval > 0 && step_ % options_.ema_interval == 0) update_ema();
  return {};
}

// Audio codes and conditions of the step's frames, with the noise that keeps the few minutes of speech from being
// memorised.
void HeadTrainer::encode(StepRays& step) {
  const AudioShape& shape = head_->layout().audio_shape;
  const size_t width = size_t(shape.input_floats());
  audio_inputs_.resize(step.frames.size() * width);
  for (size_t f = 0; f < step.frames.size(); f++) {
    StepFrame& frame = step.frames[f];
    float* input = audio_inputs_.data() + f * width;
    data_->audio_input(frame.index, shape, input);
    if (options_.audio_noise > 0)
      for (size_t k = 0; k < width; k++) input[k] += options_.audio_noise * rng_.normal();
    frame.condition.eye = data_->arrays().eye[size_t(frame.index)] +
                          (options_.eye_noise > 0 ? options_.eye_noise * rng_.signed_uniform() : 0.f);
    std::copy_n(head_->appearance().data() + size_t(frame.index) * kAppearance, kAppearance,
                frame.condition.appearance);
    head_->device().audio_forward(0, int(f), input, frame.condition.code);
    head_->device().condition(frame.condition);
  }
}

void HeadTrainer::run_rays(StepRays& step, const RayLoss& loss, RayStats& total) {
  struct Chunk {
    int frame;
    size_t first;
    int count;
  };
  std::vector<Chunk> chunks;
  for (size_t f = 0; f < step.frames.size(); f++)
    for (size_t i = 0; i < step.frames[f].count; i += kChunkRays)
      chunks.push_back({int(f), step.frames[f].first + i, int(std::min<size_t>(kChunkRays, step.frames[f].count - i))});
  HeadDevice& device = head_->device();
  const OccupancyView occupancy = head_->occupancy().view();
  std::vector<RayStats> stats(size_t(device.threads()), RayStats{});
  device.begin_step(int(step.frames.size()));
  auto body = [&](size_t c, int thread) {
    const Chunk& chunk = chunks[c];
    const StepFrame& frame = step.frames[size_t(chunk.frame)];
    device.train(thread, chunk.frame, frame.condition, occupancy, frame.origin, step.rays.data() + chunk.first,
                 chunk.count, loss, &stats[size_t(thread)]);
  };
  if (device.threads() == 1)
    for (size_t c = 0; c < chunks.size(); c++) body(c, 0);
  else
    parallel_chunks(chunks.size(), body);
  for (const RayStats& s : stats) {
    total.samples += s.samples;
    total.marched += s.marched;
    total.hits += s.hits;
    total.squared_error += s.squared_error;
    total.ambient += s.ambient;
    total.ambient_loss += s.ambient_loss;
    total.entropy += s.entropy;
    total.squares += s.squares;
  }
}

// The LPIPS gradient of a patch (paper equation 7): rendered once without gradients, with the same jitter, then handed
// to every ray as an extra colour gradient. Rendering twice costs a third more than keeping all activations, and no
// memory.
Status HeadTrainer::patch_gradient(StepRays& step, const RayLoss& loss, double& distance) {
  if (lips_->options.lpips_weight <= 0) return {};
  const size_t n = step.rays.size();
  std::vector<float> dirs(3 * n), jitter(n), colors(3 * n), transmittance(n), image(3 * n), target(3 * n),
      d_image(3 * n);
  for (size_t i = 0; i < n; i++) {
    std::copy_n(step.rays[i].dir, 3, dirs.data() + 3 * i);
    jitter[i] = step.rays[i].jitter;
  }
  HeadDevice& device = head_->device();
  const OccupancyView occupancy = head_->occupancy().view();
  std::vector<RayStats> stats(size_t(device.threads()), RayStats{});
  const StepFrame& frame = step.frames[0];
  auto body = [&](size_t c, int thread) {
    const size_t first = c * kTraceRays;
    device.trace(thread, frame.condition, occupancy, frame.origin, dirs.data() + 3 * first, jitter.data() + first,
                 int(std::min<size_t>(kTraceRays, n - first)), loss, colors.data() + 3 * first,
                 transmittance.data() + first, &stats[size_t(thread)]);
  };
  const size_t chunks = (n + kTraceRays - 1) / kTraceRays;
  if (device.threads() == 1)
    for (size_t c = 0; c < chunks; c++) body(c, 0);
  else
    parallel_chunks(chunks, body);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < 3; k++) {
      image[k * n + i] = colors[3 * i + k] + transmittance[i] * step.rays[i].background[k];
      target[k * n + i] = step.rays[i].target[k];
    }
  distance =
      double(lpips_grad(*lips_->net, image.data(), target.data(), step.patch_height, step.patch_width, d_image.data()));
  if (!std::isfinite(distance))
    return Status::error(StatusCode::non_finite,
                         "the LPIPS distance became NaN or infinite at step " + std::to_string(step_));
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < 3; k++) step.rays[i].d_color[k] = lips_->options.lpips_weight * d_image[k * n + i];
  return {};
}

void HeadTrainer::backward_frames(StepRays& step) {
  const size_t n = step.frames.size();
  d_codes_.resize(n * kAudioCode);
  d_appearance_.resize(n * kAppearance);
  std::vector<HeadFrame> conditions(n);
  for (size_t f = 0; f < n; f++) conditions[f] = step.frames[f].condition;
  HeadDevice& device = head_->device();
  device.finish_step(conditions.data(), int(n), d_codes_.data(), d_appearance_.data());
  const size_t width = size_t(head_->layout().audio_shape.input_floats());
  auto body = [&](size_t f, int thread) {
    device.audio_backward(thread, int(f), audio_inputs_.data() + f * width, d_codes_.data() + f * kAudioCode);
  };
  if (device.threads() == 1)
    for (size_t f = 0; f < n; f++) body(f, 0);
  else
    parallel_chunks(n, body);
}

}  // namespace portrait
