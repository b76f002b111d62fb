#include "torso.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "args.h"
#include "job.h"

namespace portrait {
namespace {

constexpr napi_type_tag kTorsoTag = {0x21d9e4b07c6a4f3dull, 0xa4f0c19b3e5d7286ull};

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

}  // namespace

void Torso::init(Napi::Env env, Napi::Object exports) {
  exports.Set("Torso", DefineClass(env, "Torso",
                                   {InstanceMethod<&Torso::tensors>("tensors"),
                                    InstanceMethod<&Torso::set_tensors>("setTensors"),
                                    InstanceMethod<&Torso::render>("render")}));
}

// new Torso({ frames, torsoShrink, finestResolution, tableEntries }, seed)
Torso::Torso(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Torso>(info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsObject() || !info[1].IsNumber())
    throw_invalid(env, "Torso needs its config and a seed");
  const Napi::Object o = info[0].As<Napi::Object>();
  TorsoConfig c;
  c.frames = int_field(o, "frames");
  c.shrink = float_field(o, "torsoShrink");
  c.finest = int_field(o, "finestResolution");
  const int entries = int_field(o, "tableEntries");
  c.table = uint32_t(entries);
  if (c.frames < 1 || c.frames > 1000000) throw_invalid(env, "torso config: frames must be 1..1000000");
  if (!(c.shrink > 0 && c.shrink <= 1)) throw_invalid(env, "torso config: torsoShrink must lie in (0,1]");
  if (c.finest < 17 || c.finest > 16384) throw_invalid(env, "torso config: finestResolution must be 17..16384");
  if (entries < 1024 || entries > (1 << 22) || (entries & (entries - 1)) != 0)
    throw_invalid(env, "torso config: tableEntries must be a power of two, 1024..4194304");
  shared_ = std::make_shared<SharedTorso>(c, uint64_t(info[1].As<Napi::Number>().Int64Value()));
  info.This().As<Napi::Object>().TypeTag(&kTorsoTag);
}

std::shared_ptr<SharedTorso> Torso::of(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTorsoTag))
    throw_invalid(value.Env(), "`torso` must be a Torso object");
  return Napi::ObjectWrap<Torso>::Unwrap(value.As<Napi::Object>())->shared_;
}

// tensors(): { [name]: { shape: number[], data: Float32Array } }, copies
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
void Torso::set_tensors(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 1 || !info[0].IsObject()) throw_invalid(env, "setTensors needs an object of tensors");
  const Napi::Object from = info[0].As<Napi::Object>();
  std::lock_guard<std::mutex> lock(shared_->model.guard);
  const std::vector<Tensor> wanted = tensors_of(shared_->model);
  for (const Tensor& t : wanted) {
    const ArrayView<float> view = array_field<float>(from, t.name, int64_t(t.count()));
    for (size_t i = 0; i < view.size; i++)
      if (!std::isfinite(view.data[i]))
        throw status_error(env,
                           Status::error(StatusCode::corrupt_checkpoint,
                                         std::string("tensor `") + t.name + "` holds a number that is not finite"));
  }
  for (const Tensor& t : wanted) std::memcpy(t.data, array_field<float>(from, t.name).data, t.count() * sizeof(float));
  grid_refresh_pad(shared_->model.spec.grid, shared_->model.params.data());
  shared_->model.revision++;
}

// render({ pose6, code, width, height, background, out, alpha }, abort): Promise<void>
Napi::Value Torso::render(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsObject()) throw_invalid(env, "render needs a frame and abort");
  const Napi::Object o = info[0].As<Napi::Object>();
  const auto pose = array_field<float>(o, "pose6", 6), code = array_field<float>(o, "code", kTorsoCode, true);
  for (size_t i = 0; i < pose.size; i++)
    if (!std::isfinite(pose.data[i])) throw_invalid(env, "pose6 holds a number that is not finite");
  TorsoRenderFrame frame{};
  frame.width = int_field(o, "width");
  frame.height = int_field(o, "height");
  if (frame.width < 1 || frame.height < 1 || frame.width > 8192 || frame.height > 8192)
    throw_invalid(env, "width and height must be 1..8192");
  const int64_t pixels = int64_t(frame.width) * frame.height;
  frame.background = array_field<uint8_t>(o, "background", pixels * 3, true).data;
  frame.out = array_field<uint8_t>(o, "out", pixels * 3).data;
  frame.alpha = array_field<uint8_t>(o, "alpha", pixels, true).data;
  const std::vector<float> pose6(pose.data, pose.data + 6), code8(code.data, code.data + code.size);
  const AbortFlag abort = abort_of(info[1]);
  auto shared = shared_;
  return Job::start(
      env, {info.This(), o.Get("background"), o.Get("out"), o.Get("alpha"), info[1]},
      [=]() mutable {
        frame.pose = pose6.data();
        frame.code = code8.empty() ? nullptr : code8.data();
        std::lock_guard<std::mutex> lock(shared->model.guard);
        return shared->renderer.render(shared->model, frame, abort);
      },
      [](Napi::Env e) { return e.Undefined(); });
}

void init_torso(Napi::Env env, Napi::Object exports) { Torso::init(env, exports); }

}  // namespace portrait
