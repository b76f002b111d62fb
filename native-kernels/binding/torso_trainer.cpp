#include <cstring>
#include <vector>

#include "args.h"
#include "job.h"
#include "torso.h"

namespace portrait {
namespace {

TorsoDatasetInfo dataset_of(const Napi::Object& o) {
  TorsoDatasetInfo d;
  d.path = string_field(o, "path");
  d.width = int_field(o, "width");
  d.height = int_field(o, "height");
  const Napi::Object crop = object_field(o, "crop");
  d.left = int_field(crop, "left");
  d.top = int_field(crop, "top");
  d.crop_width = int_field(crop, "width");
  d.crop_height = int_field(crop, "height");
  d.frames = int_field(o, "frames");
  const auto poses = array_field<float>(o, "pose6");
  d.poses.assign(poses.data, poses.data + poses.size);
  const auto train = array_field<int32_t>(o, "trainFrames");
  d.train_frames.assign(train.data, train.data + train.size);
  return d;
}

TorsoTrainerOptions options_of(const Napi::Object& o) {
  TorsoTrainerOptions t;
  t.steps = int_field(o, "steps");
  t.rays_per_step = int_field(o, "raysPerStep");
  t.frames_per_step = int_field(o, "framesPerStep");
  t.grid_rate = float_field(o, "gridLearningRate");
  t.net_rate = float_field(o, "netLearningRate");
  t.final_rate = float_field(o, "finalLearningRate");
  t.deform_octaves = int_field(o, "deformOctaves");
  t.color_position = bool_field(o, "colorPosition");
  t.color_pose = bool_field(o, "colorPose");
  t.loss.entropy = float_field(o, "entropyWeight");
  t.loss.alpha = float_field(o, "alphaWeight");
  t.ema_decay = float_field(o, "emaDecay");
  t.ema_interval = int_field(o, "emaInterval");
  t.occupancy_interval = int_field(o, "occupancyInterval");
  t.seed = uint64_t(int64_t(number_field(o, "seed")));
  return t;
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
  exports.Set("TorsoTrainer", DefineClass(env, "TorsoTrainer",
                                          {InstanceMethod<&TorsoTrainerObject::run>("run"),
                                           InstanceMethod<&TorsoTrainerObject::checkpoint>("checkpoint"),
                                           InstanceMethod<&TorsoTrainerObject::restore>("restore"),
                                           InstanceAccessor<&TorsoTrainerObject::step>("step")}));
}

// new TorsoTrainer(torso, dataset, options)
TorsoTrainerObject::TorsoTrainerObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<TorsoTrainerObject>(info), state_(std::make_shared<State>()) {
  const Napi::Env env = info.Env();
  if (info.Length() < 3 || !info[1].IsObject() || !info[2].IsObject())
    throw_invalid(env, "TorsoTrainer needs a torso, a dataset and options");
  state_->torso = Torso::of(info[0]);
  std::lock_guard<std::mutex> lock(state_->torso->model.guard);
  throw_if_failed(env, TorsoTrainer::create(state_->torso->model, dataset_of(info[1].As<Napi::Object>()),
                                            options_of(info[2].As<Napi::Object>()), &state_->trainer));
}

void TorsoTrainerObject::take(Napi::Env env) {
  if (state_->busy.exchange(true))
    throw status_error(env, Status::error(StatusCode::busy, "this torso trainer is still busy with an earlier call"));
}

// run(steps, abort): Promise<stats>. An aborted run rejects; the steps done are kept.
Napi::Value TorsoTrainerObject::run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsNumber() || info[0].As<Napi::Number>().Int32Value() < 1)
    throw_invalid(env, "run needs a number of steps, at least 1, and abort");
  const int steps = info[0].As<Napi::Number>().Int32Value();
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
      [bytes](Napi::Env e) {
        Napi::Uint8Array out = Napi::Uint8Array::New(e, bytes->size());
        std::memcpy(out.Data(), bytes->data(), bytes->size());
        return out;
      },
      [state] { state->busy = false; });
}

// restore(bytes): Promise<number>, the step it goes on from
Napi::Value TorsoTrainerObject::restore(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 1) throw_invalid(env, "restore needs the checkpoint's bytes");
  const auto bytes = array_of<uint8_t>(info[0], "checkpoint");
  take(env);
  auto state = state_;
  auto step = std::make_shared<int>(0);
  return Job::start(
      env, {info.This(), info[0]},
      [=] {
        const Status status = state->trainer->restore(bytes.data, bytes.size);
        *step = state->trainer->step();
        return status;
      },
      [step](Napi::Env e) { return Napi::Number::New(e, *step); }, [state] { state->busy = false; });
}

// step: steps done, as of the last finished call
Napi::Value TorsoTrainerObject::step(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), state_->trainer->step());
}

void init_torso_trainer(Napi::Env env, Napi::Object exports) { TorsoTrainerObject::init(env, exports); }

}  // namespace portrait
