#include <napi.h>

#include "training/head/trainer.h"
#include "args.h"
#include "head.h"
#include "job.h"
#include "lpips.h"

namespace portrait {

void init_head_trainer(Napi::Env env, Napi::Object exports);

namespace {

std::vector<float> floats(const Napi::Object& o, const char* name) {
  const auto v = array_field<float>(o, name);
  return std::vector<float>(v.data, v.data + v.size);
}
std::vector<float> optional_floats(const Napi::Object& o, const char* name) {
  const auto v = array_field<float>(o, name, -1, true);
  return v.data ? std::vector<float>(v.data, v.data + v.size) : std::vector<float>();
}
std::vector<Rect> rects(const Napi::Object& o, const char* name) {
  const auto v = array_field<float>(o, name);
  if (v.size % 4)
    throw_invalid(o.Env(), std::string("`") + name + "` must hold left, top, right, bottom for each frame");
  std::vector<Rect> out(v.size / 4);
  for (size_t i = 0; i < out.size(); i++)
    out[i] = {v.data[4 * i], v.data[4 * i + 1], v.data[4 * i + 2], v.data[4 * i + 3]};
  return out;
}

DatasetArrays dataset_of(const Napi::Object& o) {
  DatasetArrays a;
  a.packed_path = string_field(o, "packedPath");
  a.frames = int_field(o, "frames");
  const Napi::Object crop = object_field(o, "crop");
  a.crop_left = int_field(crop, "left");
  a.crop_top = int_field(crop, "top");
  a.crop_width = int_field(crop, "width");
  a.crop_height = int_field(crop, "height");
  a.focal = float_field(o, "focal");
  a.cx = float_field(o, "cx");
  a.cy = float_field(o, "cy");
  a.cameras = floats(o, "cameras");
  a.eye = floats(o, "eye");
  a.audio = floats(o, "audio");
  a.face = rects(o, "faceRect");
  a.lips = rects(o, "lipsRect");
  a.left_eye = rects(o, "leftEyeRect");
  a.right_eye = rects(o, "rightEyeRect");
  const auto train = array_field<int32_t>(o, "trainFrames");
  a.train_frames.assign(train.data, train.data + train.size);
  a.sampling_weight = optional_floats(o, "samplingWeight");
  a.mouth_weight = optional_floats(o, "mouthWeight");
  return a;
}

TrainOptions options_of(const Napi::Object& o) {
  TrainOptions t;
  t.total_steps = int_field(o, "totalSteps");
  t.rays_per_step = int_field(o, "raysPerStep");
  t.frames_per_step = int_field(o, "framesPerStep");
  t.mouth_share = float_field(o, "mouthShare");
  t.eye_share = float_field(o, "eyeShare");
  t.rate_grids = float_field(o, "rateGrids");
  t.rate_nets = float_field(o, "rateNets");
  t.rate_audio = float_field(o, "rateAudio");
  t.appearance_factor = float_field(o, "appearanceFactor");
  t.attention_factor = float_field(o, "attentionFactor");
  t.final_rate = float_field(o, "finalRate");
  t.beta1 = float_field(o, "beta1");
  t.beta2 = float_field(o, "beta2");
  t.epsilon = float_field(o, "epsilon");
  t.entropy_weight = float_field(o, "entropyWeight");
  t.ambient_weight = float_field(o, "ambientWeight");
  t.ambient_start = float_field(o, "ambientStart");
  t.sharpness_weight = float_field(o, "sharpnessWeight");
  t.sharpness_ramp = float_field(o, "sharpnessRamp");
  t.audio_noise = float_field(o, "audioNoise");
  t.eye_noise = float_field(o, "eyeNoise");
  t.occupancy_interval = int_field(o, "occupancyInterval");
  t.occupancy_warmup = int_field(o, "occupancyWarmup");
  t.occupancy_early_decay = float_field(o, "occupancyEarlyDecay");
  t.occupancy_decay = float_field(o, "occupancyDecay");
  t.occupancy_sparsity = int_field(o, "occupancySparsity");
  t.ema_decay = float_field(o, "emaDecay");
  t.ema_interval = int_field(o, "emaInterval");
  t.lips = bool_field(o, "lips");
  t.lpips_weight = float_field(o, "lpipsWeight");
  t.patch_min = int_field(o, "patchMin");
  t.patch_max = int_field(o, "patchMax");
  t.seed = uint64_t(number_field(o, "seed"));
  return t;
}

Napi::Object stats_object(Napi::Env env, const StepStats& s) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("step", double(s.step));
  o.Set("loss", s.loss);
  o.Set("mse", s.mse);
  o.Set("psnr", s.psnr);
  o.Set("lpips", s.lpips);
  o.Set("hitFraction", s.hit_fraction);
  o.Set("samplesPerRay", s.samples_per_ray);
  o.Set("marchedPerRay", s.marched_per_ray);
  o.Set("occupancy", s.occupancy);
  o.Set("ambient", s.ambient);
  o.Set("raysPerSecond", s.rays_per_second);
  o.Set("samplesPerSecond", s.samples_per_second);
  o.Set("seconds", s.seconds);
  return o;
}

class TrainerObject : public Napi::ObjectWrap<TrainerObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "HeadTrainer",
        {InstanceMethod("run", &TrainerObject::run), InstanceMethod("checkpoint", &TrainerObject::checkpoint),
         InstanceMethod("restore", &TrainerObject::restore), InstanceMethod("step", &TrainerObject::step),
         InstanceMethod("probeAmbient", &TrainerObject::probe),
         InstanceMethod("pretrainAudio", &TrainerObject::pretrain),
         InstanceMethod("evaluationHead", &TrainerObject::evaluation_head)});
  }

  // new HeadTrainer(head, dataset, options, lpips | null)
  explicit TrainerObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<TrainerObject>(info) {
    const Napi::Env env = info.Env();
    if (info.Length() != 4 || !info[1].IsObject() || !info[2].IsObject())
      throw_invalid(env, "HeadTrainer needs (head, dataset, options, lpips)");
    head_ = head_of(info[0]);
    const TrainOptions options = options_of(info[2].As<Napi::Object>());
    throw_if_failed(env, HeadTrainer::check(options));
    auto data = std::make_shared<Dataset>();
    throw_if_failed(env, data->open(dataset_of(info[1].As<Napi::Object>()), head_->layout().audio_shape));
    auto held = lock(env);
    trainer_ = std::make_shared<HeadTrainer>(head_, data, options, info[3].IsNull() ? nullptr : Lpips::net_of(info[3]));
  }

 private:
  std::unique_lock<std::mutex> lock(Napi::Env env) const {
    std::unique_lock<std::mutex> l(head_->mutex(), std::try_to_lock);
    if (!l.owns_lock())
      throw_if_failed(
          env, Status::error(StatusCode::busy, "this head is in use by a call that is still running; await it first"));
    return l;
  }

  // run(steps, abort | null) -> Promise<StepStats>
  Napi::Value run(const Napi::CallbackInfo& info) {
    const int steps = info[0].As<Napi::Number>().Int32Value();
    const AbortFlag abort = abort_of(info[1]);
    auto stats = std::make_shared<StepStats>();
    return Job::start(
        info.Env(), {info.This(), info[1]},
        [trainer = trainer_, head = head_, steps, abort, stats] {
          std::lock_guard<std::mutex> held(head->mutex());
          return trainer->run(steps, abort, stats.get());
        },
        [stats](Napi::Env env) { return stats_object(env, *stats); });
  }

  // pretrainAudio(targets [frames, dims], dims, steps, rate, abort | null) -> Promise<{ mse, explained }>
  Napi::Value pretrain(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const int dims = info[1].As<Napi::Number>().Int32Value(), steps = info[2].As<Napi::Number>().Int32Value();
    if (dims < 1 || dims > 4096 || steps < 1)
      throw_invalid(env, "pretrainAudio needs dims in [1, 4096] and at least one step");
    const auto view = array_of<float>(info[0], "targets", int64_t(dims) * trainer_->frames());
    std::vector<float> targets(view.data, view.data + view.size);
    const float rate = info[3].As<Napi::Number>().FloatValue();
    const AbortFlag abort = abort_of(info[4]);
    auto report = std::make_shared<PretrainReport>();
    return Job::start(
        env, {info.This(), info[4]},
        [trainer = trainer_, head = head_, targets = std::move(targets), dims, steps, rate, abort, report] {
          std::lock_guard<std::mutex> held(head->mutex());
          return trainer->pretrain_audio(targets.data(), dims, steps, rate, abort, report.get());
        },
        [report](Napi::Env e) {
          Napi::Object o = Napi::Object::New(e);
          o.Set("mse", report->mse);
          o.Set("explained", report->explained);
          return o;
        });
  }

  // probeAmbient(points, windows) -> Promise<{ mouth, face, elsewhere: { spread, mean, points } }>
  Napi::Value probe(const Napi::CallbackInfo& info) {
    const int points = info[0].As<Napi::Number>().Int32Value(), windows = info[1].As<Napi::Number>().Int32Value();
    if (points < 1 || points > kTileSamples || windows < 2)
      throw_invalid(info.Env(), "probeAmbient needs points in [1, 384] and at least two windows");
    auto report = std::make_shared<AmbientReport>();
    return Job::start(
        info.Env(), {info.This()},
        [trainer = trainer_, head = head_, points, windows, report] {
          std::lock_guard<std::mutex> held(head->mutex());
          return trainer->probe_ambient(points, windows, report.get());
        },
        [report](Napi::Env env) {
          Napi::Object o = Napi::Object::New(env);
          auto add = [&](const char* name, const AmbientRegion& r) {
            Napi::Object region = Napi::Object::New(env);
            region.Set("spread", r.spread);
            region.Set("mean", r.mean);
            region.Set("points", r.points);
            o.Set(name, region);
          };
          add("mouth", report->mouth);
          add("face", report->face);
          add("elsewhere", report->elsewhere);
          return o;
        });
  }

  Napi::Value checkpoint(const Napi::CallbackInfo& info) {
    auto held = lock(info.Env());
    auto* bytes = new std::vector<uint8_t>(trainer_->checkpoint());
    return Napi::Buffer<uint8_t>::New(info.Env(), bytes->data(), bytes->size(),
                                      [bytes](Napi::Env, uint8_t*) { delete bytes; });
  }
  Napi::Value restore(const Napi::CallbackInfo& info) {
    auto held = lock(info.Env());
    const auto bytes = array_of<uint8_t>(info[0], "checkpoint");
    throw_if_failed(info.Env(), trainer_->restore(bytes.data, bytes.size));
    return info.Env().Undefined();
  }
  Napi::Value step(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), double(trainer_->step())); }
  Napi::Value evaluation_head(const Napi::CallbackInfo& info) {
    auto held = lock(info.Env());
    return wrap_head(info.Env(), trainer_->evaluation_head());
  }

  std::shared_ptr<Head> head_;
  std::shared_ptr<HeadTrainer> trainer_;
};

}  // namespace

void init_head_trainer(Napi::Env env, Napi::Object exports) { exports.Set("HeadTrainer", TrainerObject::define(env)); }

}  // namespace portrait
