#include "torso.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "args.h"
#include "job.h"
#include "options.h"

namespace portrait {
namespace {

struct Tensor {
  const char* name;
  float* data;
  std::vector<size_t> shape;
  size_t count() const {
    size_t n = 1;
    for (size_t s : shape) n *= s;
    return n;
  }
};

std::vector<Tensor> tensors_of(TorsoModel& m) {
  const TorsoSpec& s = m.spec;
  float* p = m.params.data();
  const size_t frames = size_t(s.config.frames);
  return {
      {"torso.tiledGrid", p + s.table, {s.grid.entries, size_t(kGridChannels)}},
      {"torso.deform.0", p + s.deform0, {size_t(kTorsoIn), size_t(kTorsoDeform)}},
      {"torso.deform.1", p + s.deform1, {size_t(kTorsoDeform), size_t(kTorsoDeform)}},
      {"torso.deform.2", p + s.deform2, {size_t(kTorsoDeform), 2}},
      {"torso.color.0", p + s.color0, {size_t(kTorsoFeature + kTorsoIn), size_t(kTorsoColor)}},
      {"torso.color.1", p + s.color1, {size_t(kTorsoColor), size_t(kTorsoColor)}},
      {"torso.color.2", p + s.color2, {size_t(kTorsoColor), size_t(kTorsoOut)}},
      {"torso.appearance", p + s.codes, {frames, size_t(kTorsoCode)}},
      {"torso.occupancy", m.occupancy.alpha.data(), {size_t(kTorsoOccupancySide), size_t(kTorsoOccupancySide)}},
  };
}

constexpr int kMaxSide = 8192;

// Everything one picture needs, copied from JavaScript.
struct RenderJob {
  int width, height;
  std::vector<float> pose, code;
  std::vector<uint8_t> background;
  OutputArray<uint8_t> out, alpha;

  explicit RenderJob(const Napi::Object& o)
      : width(int_field(o, "width", 1, kMaxSide)),
        height(int_field(o, "height", 1, kMaxSide)),
        pose(floats_field(o, "pose6", 6)),
        code(floats_field(o, "code", kTorsoCode, true)),
        background(array_field<uint8_t>(o, "background", int64_t(width) * height * 3, true)),
        out(field(o, "out"), "out", int64_t(width) * height * 3),
        alpha(field(o, "alpha"), "alpha", int64_t(width) * height, true) {}

  TorsoRenderFrame frame() {
    return {pose.data(),
            code.empty() ? nullptr : code.data(),
            width,
            height,
            background.empty() ? nullptr : background.data(),
            out.data(),
            alpha.data()};
  }
};

}  // namespace

void Torso::init(Napi::Env env, Napi::Object exports) {
  exports.Set("Torso", DefineClass(env, "Torso",
                                   {InstanceMethod("tensors", &Torso::checked<&Torso::tensors>),
                                    InstanceMethod("setTensors", &Torso::checked<&Torso::set_tensors>),
                                    InstanceMethod("render", &Torso::checked<&Torso::render>)}));
}

// new Torso({ frames, torsoShrink, finestResolution, tableEntries }, seed)
Torso::Torso(const Napi::CallbackInfo& info) : TaggedObject<Torso>(info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2) throw_invalid(env, "Torso needs its config and a seed");
  const TorsoConfig config = read_options<TorsoConfig>(info[0], "torso");
  throw_if_failed(env, check_torso(config));
  shared_ = std::make_shared<SharedTorso>(config, seed_of(info[1]));
}

Napi::Value Torso::tensors(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::lock_guard<std::mutex> lock(shared_->model.guard);
  Napi::Object out = Napi::Object::New(env);
  for (const Tensor& t : tensors_of(shared_->model)) {
    Napi::Array shape = Napi::Array::New(env);
    for (size_t s : t.shape) shape.Set(shape.Length(), double(s));
    Napi::Float32Array data = Napi::Float32Array::New(env, t.count());
    std::memcpy(data.Data(), t.data, t.count() * sizeof(float));
    Napi::Object one = Napi::Object::New(env);
    one.Set("shape", shape);
    one.Set("data", data);
    out.Set(t.name, one);
  }
  return out;
}

// setTensors({ [name]: Float32Array }): all of them, checked before any is taken
Napi::Value Torso::set_tensors(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 1 || !info[0].IsObject()) throw_invalid(env, "setTensors needs an object of tensors");
  const Napi::Object from = info[0].As<Napi::Object>();
  std::lock_guard<std::mutex> lock(shared_->model.guard);
  const std::vector<Tensor> wanted = tensors_of(shared_->model);
  for (const Tensor& t : wanted) {
    const ArrayView<float> view = array_of<float>(field(from, t.name), t.name, int64_t(t.count()));
    for (size_t i = 0; i < view.size; i++)
      if (!std::isfinite(view.data[i]))
        throw status_error(env,
                           Status::error(StatusCode::corrupt_checkpoint,
                                         std::string("tensor `") + t.name + "` holds a number that is not finite"));
  }
  for (const Tensor& t : wanted)
    std::memcpy(t.data, array_of<float>(field(from, t.name), t.name).data, t.count() * sizeof(float));
  grid_refresh_pad(shared_->model.spec.grid, shared_->model.params.data());
  shared_->model.revision++;
  return env.Undefined();
}

// render({ pose6, code, width, height, background, out, alpha }, abort): Promise<void>
Napi::Value Torso::render(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsObject()) throw_invalid(env, "render needs a frame and abort");
  const Napi::Object o = info[0].As<Napi::Object>();
  auto job = std::make_shared<RenderJob>(o);
  const AbortFlag abort = abort_of(info[1]);
  return Job::start(
      env, {info.This(), info[1]},
      [shared = shared_, job, abort] {
        std::lock_guard<std::mutex> lock(shared->model.guard);
        return shared->renderer.render(shared->model, job->frame(), abort);
      },
      [job](Napi::Env e) {
        job->out.deliver(e);
        job->alpha.deliver(e);
        return e.Undefined();
      });
}

void init_torso(Napi::Env env, Napi::Object exports) { Torso::init(env, exports); }

}  // namespace portrait
