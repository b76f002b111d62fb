#include <napi.h>

#include "training/head/trainer.h"
#include "args.h"
#include "checkpoints.h"
#include "head.h"
#include "job.h"
#include "lpips.h"
#include "object.h"
#include "options.h"

namespace portrait {

void init_head_trainer(Napi::Env env, Napi::Object exports);

namespace {

std::vector<Rect> rects(const Napi::Object& o, const char* name) {
  const std::vector<float> v = array_field<float>(o, name);  // frames without a face may hold NaN: see Dataset::open
  if (v.size() % 4)
    throw_invalid(o.Env(), std::string("`") + name + "` must hold left, top, right, bottom for each frame");
  std::vector<Rect> out(v.size() / 4);
  for (size_t i = 0; i < out.size(); i++) out[i] = {v[4 * i], v[4 * i + 1], v[4 * i + 2], v[4 * i + 3]};
  return out;
}

constexpr int kMaxInt = 2147483647;

DatasetArrays dataset_of(const Napi::Object& o) {
  DatasetArrays a;
  a.packed_path = string_field(o, "packedPath");
  a.frames = int_field(o, "frames", 1, kMaxInt);
  const Napi::Object crop = object_field(o, "crop");
  a.crop_left = int_field(crop, "left", 0, kMaxInt);
  a.crop_top = int_field(crop, "top", 0, kMaxInt);
  a.crop_width = int_field(crop, "width", 0, kMaxInt);
  a.crop_height = int_field(crop, "height", 0, kMaxInt);
  a.focal = float_field(o, "focal");
  a.cx = float_field(o, "cx");
  a.cy = float_field(o, "cy");
  a.cameras = floats_field(o, "cameras");
  a.eye = floats_field(o, "eye");
  a.audio = floats_field(o, "audio");
  a.face = rects(o, "faceRect");
  a.lips = rects(o, "lipsRect");
  a.left_eye = rects(o, "leftEyeRect");
  a.right_eye = rects(o, "rightEyeRect");
  a.train_frames = array_field<int32_t>(o, "trainFrames");
  return a;
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

class TrainerObject : public TaggedObject<TrainerObject> {
 public:
  static constexpr napi_type_tag kTag = {0x83a6d15be0c74f29ull, 0xa1974be25d308c6full};
  static constexpr const char* kName = "HeadTrainer";

  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "HeadTrainer",
                       {InstanceMethod("run", &TrainerObject::checked<&TrainerObject::run>),
                        InstanceMethod("checkpoint", &TrainerObject::checked<&TrainerObject::checkpoint>),
                        InstanceMethod("restore", &TrainerObject::checked<&TrainerObject::restore>),
                        InstanceMethod("step", &TrainerObject::checked<&TrainerObject::step>),
                        InstanceMethod("probeAmbient", &TrainerObject::checked<&TrainerObject::probe>),
                        InstanceMethod("pretrainAudio", &TrainerObject::checked<&TrainerObject::pretrain>),
                        InstanceMethod("evaluationHead", &TrainerObject::checked<&TrainerObject::evaluation_head>)});
  }

  // new HeadTrainer(head, dataset, options, lipsOptions | null, lpips | null)
  explicit TrainerObject(const Napi::CallbackInfo& info) : TaggedObject<TrainerObject>(info) {
    const Napi::Env env = info.Env();
    if (info.Length() != 5 || !info[1].IsObject() || info[3].IsNull() != info[4].IsNull())
      throw_invalid(env, "HeadTrainer needs (head, dataset, options, lipsOptions, lpips)");
    head_ = head_of(info[0]);
    const auto options = read_options<HeadTrainingOptions>(info[2], "head training");
    throw_if_failed(env, HeadTrainer::check(options));
    std::unique_ptr<LipsTraining> lips;
    if (!info[3].IsNull()) {
      lips = std::make_unique<LipsTraining>();
      lips->options = read_options<LipsOptions>(info[3], "lips");
      lips->net = Lpips::net_of(info[4]);
      throw_if_failed(env, HeadTrainer::check(lips->options));
    }
    auto data = std::make_shared<Dataset>();
    throw_if_failed(env, data->open(dataset_of(info[1].As<Napi::Object>()), head_->layout().audio_shape));
    auto held = lock(env);
    trainer_ = std::make_shared<HeadTrainer>(head_, data, options, std::move(lips));
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
    const int steps = int_of(info[0], "steps", 1, kMaxInt);
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

  // pretrainAudio(targets [frames, dims], dims, steps, learningRate, abort | null) -> Promise<{ mse, explained }>
  Napi::Value pretrain(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const int dims = int_of(info[1], "dims", 1, 4096), steps = int_of(info[2], "steps", 1, kMaxInt);
    std::vector<float> targets = copy_of<float>(info[0], "targets", int64_t(dims) * trainer_->frames());
    const float learning_rate = float_of(info[3], "learningRate");
    if (!(learning_rate > 0)) throw_invalid(env, "`learningRate` must be positive");
    const AbortFlag abort = abort_of(info[4]);
    auto report = std::make_shared<PretrainReport>();
    return Job::start(
        env, {info.This(), info[4]},
        [trainer = trainer_, head = head_, targets = std::move(targets), dims, steps, learning_rate, abort, report] {
          std::lock_guard<std::mutex> held(head->mutex());
          return trainer->pretrain_audio(targets.data(), dims, steps, learning_rate, abort, report.get());
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
    const int points = int_of(info[0], "points", 1, kTileSamples), windows = int_of(info[1], "windows", 2, 1 << 20);
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

  // checkpoint() -> Promise<Uint8Array>
  Napi::Value checkpoint(const Napi::CallbackInfo& info) {
    auto bytes = std::make_shared<std::vector<uint8_t>>();
    return Job::start(
        info.Env(), {info.This()},
        [trainer = trainer_, head = head_, bytes] {
          std::lock_guard<std::mutex> held(head->mutex());
          *bytes = trainer->checkpoint();
          return Status{};
        },
        [bytes](Napi::Env env) { return bytes_object(env, bytes); });
  }
  // restore(checkpoint) -> Promise<{ step, isa, threads }>
  Napi::Value restore(const Napi::CallbackInfo& info) {
    auto origin = std::make_shared<CheckpointOrigin>();
    return Job::start(
        info.Env(), {info.This()},
        [trainer = trainer_, head = head_, bytes = copy_of<uint8_t>(info[0], "checkpoint"), origin] {
          std::lock_guard<std::mutex> held(head->mutex());
          return trainer->restore(bytes.data(), bytes.size(), origin.get());
        },
        [origin, trainer = trainer_](Napi::Env env) { return restored_object(env, double(trainer->step()), *origin); });
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
