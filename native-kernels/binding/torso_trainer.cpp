#include <cstring>
#include <vector>

#include "args.h"
#include "checkpoints.h"
#include "job.h"
#include "options.h"
#include "torso.h"

namespace portrait {
namespace {

constexpr int kMaxInt = 2147483647;

TorsoDatasetInfo dataset_of(const Napi::Object& o) {
  TorsoDatasetInfo d;
  d.path = string_field(o, "path");
  d.width = int_field(o, "width", 1, kMaxInt);
  d.height = int_field(o, "height", 1, kMaxInt);
  const Napi::Object crop = object_field(o, "crop");
  d.left = int_field(crop, "left", 0, kMaxInt);
  d.top = int_field(crop, "top", 0, kMaxInt);
  d.crop_width = int_field(crop, "width", 1, kMaxInt);
  d.crop_height = int_field(crop, "height", 1, kMaxInt);
  d.frames = int_field(o, "frames", 1, kMaxInt);
  d.poses = floats_field(o, "pose6");
  d.train_frames = array_field<int32_t>(o, "trainFrames");
  return d;
}

Napi::Object stats_object(Napi::Env env, const TorsoTrainStats& s) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("step", s.step);
  o.Set("loss", s.loss.total);
  o.Set("colorLoss", s.loss.color);
  o.Set("entropyLoss", s.loss.entropy);
  o.Set("alphaLoss", s.loss.alpha);
  o.Set("rays", double(s.rays));
  o.Set("occupied", s.live);
  o.Set("seconds", s.seconds);
  return o;
}

}  // namespace

void TorsoTrainerObject::init(Napi::Env env, Napi::Object exports) {
  exports.Set("TorsoTrainer",
              DefineClass(env, "TorsoTrainer",
                          {InstanceMethod("run", &TorsoTrainerObject::checked<&TorsoTrainerObject::run>),
                           InstanceMethod("checkpoint", &TorsoTrainerObject::checked<&TorsoTrainerObject::checkpoint>),
                           InstanceMethod("restore", &TorsoTrainerObject::checked<&TorsoTrainerObject::restore>),
                           InstanceMethod("step", &TorsoTrainerObject::checked<&TorsoTrainerObject::step>)}));
}

// new TorsoTrainer(torso, dataset, options)
TorsoTrainerObject::TorsoTrainerObject(const Napi::CallbackInfo& info)
    : TaggedObject<TorsoTrainerObject>(info), state_(std::make_shared<State>()) {
  const Napi::Env env = info.Env();
  if (info.Length() < 3 || !info[1].IsObject()) throw_invalid(env, "TorsoTrainer needs a torso, a dataset and options");
  state_->torso = Torso::shared_of(info[0]);
  const auto options = read_options<TorsoTrainingOptions>(info[2], "torso training");
  std::lock_guard<std::mutex> lock(state_->torso->model.guard);
  throw_if_failed(env, TorsoTrainer::create(state_->torso->model, dataset_of(info[1].As<Napi::Object>()), options,
                                            &state_->trainer));
}

void TorsoTrainerObject::take(Napi::Env env) {
  if (state_->busy.exchange(true))
    throw status_error(env, Status::error(StatusCode::busy, "this torso trainer is still busy with an earlier call"));
}

// run(steps, abort): Promise<stats>. An aborted run rejects; the steps done are kept.
Napi::Value TorsoTrainerObject::run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int steps = int_of(info[0], "steps", 1, kMaxInt);
  const AbortFlag abort = abort_of(info[1]);
  take(env);
  auto state = state_;
  auto stats = std::make_shared<TorsoTrainStats>();
  return Job::start(
      env, {info.This(), info[1]}, [=] { return state->trainer->run(steps, abort, stats.get()); },
      [stats](Napi::Env e) { return stats_object(e, *stats); }, [state] { state->busy = false; });
}

// checkpoint(): Promise<Uint8Array>
Napi::Value TorsoTrainerObject::checkpoint(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  take(env);
  auto state = state_;
  auto bytes = std::make_shared<std::vector<uint8_t>>();
  return Job::start(
      env, {info.This()},
      [=] {
        *bytes = state->trainer->checkpoint();
        return Status{};
      },
      [bytes](Napi::Env e) { return bytes_object(e, bytes); }, [state] { state->busy = false; });
}

// restore(bytes): Promise<{ step, isa, threads }>
Napi::Value TorsoTrainerObject::restore(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::vector<uint8_t> bytes = copy_of<uint8_t>(info[0], "checkpoint");
  take(env);
  auto state = state_;
  auto origin = std::make_shared<CheckpointOrigin>();
  return Job::start(
      env, {info.This()},
      [=, bytes = std::move(bytes)] { return state->trainer->restore(bytes.data(), bytes.size(), origin.get()); },
      [state, origin](Napi::Env e) { return restored_object(e, state->trainer->step(), *origin); },
      [state] { state->busy = false; });
}

// step(): steps done, as of the last finished call
Napi::Value TorsoTrainerObject::step(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), state_->trainer->step());
}

void init_torso_trainer(Napi::Env env, Napi::Object exports) { TorsoTrainerObject::init(env, exports); }

}  // namespace portrait
