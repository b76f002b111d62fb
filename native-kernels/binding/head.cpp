#include "head.h"

#include "rendering/head/renderer.h"
#include "args.h"
#include "job.h"

namespace portrait {
namespace {

// Tells our own objects from look-alikes. The constructor is kept per environment: every worker thread has its own.
constexpr napi_type_tag kHeadTag = {0x4d0f5a1c92be3375ull, 0xb86e21f7c4d95a03ull};

GridConfig grid_of(const Napi::Object& o, int dim) {
  GridConfig g;
  g.dim = dim;
  g.hashed = bool_field(o, "hashed");
  g.base = number_field(o, "base");
  g.finest = number_field(o, "finest");
  g.table = uint32_t(number_field(o, "table"));
  return g;
}

HeadConfig config_of(const Napi::Object& o) {
  HeadConfig c;
  c.ambient_dim = int_field(o, "ambientDim");
  c.spatial = grid_of(object_field(o, "spatialGrid"), 3);
  c.ambient = grid_of(object_field(o, "ambientGrid"), 2);
  c.max_samples = int_field(o, "maxSamples");
  c.density_bias = float_field(o, "densityBias");
  c.ambient_gain = float_field(o, "ambientGain");
  c.audio_to_density = bool_field(o, "audioToDensity");
  const Napi::Object audio = object_field(o, "audio");
  const std::string kind = string_field(audio, "kind");
  if (kind != "mlp" && kind != "conv") throw_invalid(o.Env(), "audio.kind must be mlp or conv but is " + kind);
  c.audio.conv = kind == "conv";
  c.audio.input = int_field(audio, "input");
  c.audio.attention = bool_field(audio, "attention");
  return c;
}

class HeadObject : public Napi::ObjectWrap<HeadObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "Head",
        {InstanceMethod("tensors", &HeadObject::tensors), InstanceMethod("setTensors", &HeadObject::set_tensors),
         InstanceMethod("occupancy", &HeadObject::occupancy),
         InstanceMethod("setOccupancy", &HeadObject::set_occupancy),
         InstanceMethod("setOccupancyDensity", &HeadObject::set_density),
         InstanceMethod("encodeAudio", &HeadObject::encode_audio), InstanceMethod("render", &HeadObject::render),
         InstanceMethod("audioInputLength", &HeadObject::audio_input_length)});
  }

  // new Head(config, seed, backend); internally also new Head(External<shared_ptr<Head>>).
  explicit HeadObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<HeadObject>(info) {
    const Napi::Env env = info.Env();
    info.This().As<Napi::Object>().TypeTag(&kHeadTag);
    if (info.Length() == 1 && info[0].IsExternal()) {
      head_ = *info[0].As<Napi::External<std::shared_ptr<Head>>>().Data();
      return;
    }
    if (info.Length() != 3 || !info[0].IsObject() || !info[1].IsNumber() || !info[2].IsString())
      throw_invalid(env, "Head needs (config, seed, backend)");
    const HeadConfig config = config_of(info[0].As<Napi::Object>());
    throw_if_failed(env, Head::check(config));
    const std::string backend = info[2].As<Napi::String>();
    for (const BackendInfo& b : backends()) {
      if (backend != b.name) continue;
      if (!b.supported) throw_if_failed(env, Status::error(StatusCode::not_supported, b.reason));
      head_ = std::make_shared<Head>(config, uint64_t(info[1].As<Napi::Number>().Int64Value()), b.backend);
      return;
    }
    throw_invalid(env, "backend must be cpu, reference or cuda but is " + backend);
  }

  std::shared_ptr<Head> native() const { return head_; }

 private:
  std::unique_lock<std::mutex> lock(Napi::Env env) const {
    std::unique_lock<std::mutex> l(head_->mutex(), std::try_to_lock);
    if (!l.owns_lock())
      throw_if_failed(
          env, Status::error(StatusCode::busy, "this head is in use by a call that is still running; await it first"));
    return l;
  }

  Napi::Value tensors(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto held = lock(env);
    Napi::Array out = Napi::Array::New(env);
    for (const Tensor& t : head_->tensors()) {
      Napi::Object o = Napi::Object::New(env);
      Napi::Array shape = Napi::Array::New(env);
      for (size_t s : t.shape) shape.Set(shape.Length(), double(s));
      Napi::Float32Array data = Napi::Float32Array::New(env, t.data.size());
      std::copy(t.data.begin(), t.data.end(), data.Data());
      o.Set("name", t.name);
      o.Set("shape", shape);
      o.Set("data", data);
      out.Set(out.Length(), o);
    }
    return out;
  }

  Napi::Value set_tensors(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto held = lock(env);
    if (info.Length() < 1 || !info[0].IsArray())
      throw_invalid(env, "setTensors needs an array of { name, shape, data }");
    const Napi::Array list = info[0].As<Napi::Array>();
    std::vector<Tensor> tensors;
    for (uint32_t i = 0; i < list.Length(); i++) {
      const Napi::Object o = list.Get(i).As<Napi::Object>();
      Tensor t;
      t.name = string_field(o, "name");
      const Napi::Array shape = object_field(o, "shape").As<Napi::Array>();
      for (uint32_t k = 0; k < shape.Length(); k++)
        t.shape.push_back(size_t(shape.Get(k).As<Napi::Number>().Int64Value()));
      const auto data = array_field<float>(o, "data");
      t.data.assign(data.data, data.data + data.size);
      tensors.push_back(std::move(t));
    }
    throw_if_failed(env, head_->set_tensors(tensors));
    return env.Undefined();
  }

  Napi::Value occupancy(const Napi::CallbackInfo& info) {
    auto held = lock(info.Env());
    const auto& density = head_->occupancy().density();
    Napi::Float32Array out = Napi::Float32Array::New(info.Env(), density.size());
    std::copy(density.begin(), density.end(), out.Data());
    return out;
  }
  Napi::Value set_occupancy(const Napi::CallbackInfo& info) {
    auto held = lock(info.Env());
    head_->occupancy().set_from_mask(array_of<uint8_t>(info[0], "occupancy", int64_t(kOccupancyCells)).data);
    return info.Env().Undefined();
  }
  Napi::Value set_density(const Napi::CallbackInfo& info) {
    auto held = lock(info.Env());
    const auto density = array_of<float>(info[0], "density", int64_t(kOccupancyCells));
    for (size_t i = 0; i < density.size; i++)
      if (!std::isfinite(density.data[i]))
        throw_if_failed(info.Env(), Status::error(StatusCode::non_finite, "density holds a value that is not finite"));
    head_->occupancy().set_density(density.data);
    return info.Env().Undefined();
  }
  Napi::Value audio_input_length(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), head_->layout().audio_shape.input_floats());
  }

  // encodeAudio(inputs [n, input]) -> Float32Array [n, 64]
  Napi::Value encode_audio(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto held = lock(env);
    const auto inputs = array_of<float>(info[0], "inputs");
    const size_t width = size_t(head_->layout().audio_shape.input_floats());
    if (inputs.size % width)
      throw_invalid(env, "`inputs` must be a multiple of " + std::to_string(width) + " values but has " +
                             std::to_string(inputs.size));
    Napi::Float32Array out = Napi::Float32Array::New(env, inputs.size / width * kAudioCode);
    head_->device().prepare(head_->params().data());
    for (size_t i = 0; i * width < inputs.size; i++)
      head_->device().audio_forward(0, 0, inputs.data + i * width, out.Data() + i * kAudioCode);
    return out;
  }

  // render(view, out, weightsSum | null, terminate, abort | null) -> Promise<{ samples, raysHit, ms }>
  Napi::Value render(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (info.Length() != 5 || !info[0].IsObject())
      throw_invalid(env, "render needs (view, out, weightsSum, terminate, abort)");
    const Napi::Object o = info[0].As<Napi::Object>();
    HeadView view{};
    view.width = int_field(o, "width");
    view.height = int_field(o, "height");
    if (view.width < 1 || view.height < 1 || view.width > 16384 || view.height > 16384)
      throw_invalid(env, "width and height must be between 1 and 16384");
    const int64_t pixels = int64_t(view.width) * view.height;
    std::copy_n(array_field<float>(o, "camera", 12).data, 12, view.camera.matrix);
    view.camera.focal = float_field(o, "focal");
    view.camera.cx = float_field(o, "cx");
    view.camera.cy = float_field(o, "cy");
    if (!(view.camera.focal > 0)) throw_invalid(env, "focal must be positive");
    view.frame.eye = float_field(o, "eye");
    view.background = array_field<uint8_t>(o, "background", 3 * pixels).data;
    const auto code = array_field<float>(o, "audioCode", kAudioCode, true);
    std::vector<float> audio;
    if (code.data) {
      std::copy_n(code.data, kAudioCode, view.frame.code);
    } else {
      const auto input = array_field<float>(o, "audio", head_->layout().audio_shape.input_floats());
      audio.assign(input.data, input.data + input.size);
    }
    const auto look = array_field<float>(o, "appearance", kAppearance, true);
    const bool own_look = look.data != nullptr;
    if (own_look) std::copy_n(look.data, kAppearance, view.frame.appearance);
    uint8_t* out = array_of<uint8_t>(info[1], "out", 3 * pixels).data;
    float* weights = array_of<float>(info[2], "weightsSum", pixels, true).data;
    view.terminate = info[3].As<Napi::Number>().FloatValue();
    const AbortFlag abort = abort_of(info[4]);
    auto stats = std::make_shared<RenderStats>();
    return Job::start(
        env, {info.This(), info[0], o.Get("background"), info[1], info[2], info[4]},
        [head = head_, view, audio, own_look, out, weights, abort, stats]() mutable {
          std::lock_guard<std::mutex> held(head->mutex());
          if (!own_look) std::copy_n(head->mean_appearance(), kAppearance, view.frame.appearance);
          if (!audio.empty()) {
            head->device().prepare(head->params().data());
            head->device().audio_forward(0, 0, audio.data(), view.frame.code);
          }
          return render_head(*head, view, out, weights, abort, stats.get());
        },
        [stats](Napi::Env e) {
          Napi::Object r = Napi::Object::New(e);
          r.Set("samples", double(stats->samples));
          r.Set("raysHit", double(stats->rays_hit));
          r.Set("ms", stats->milliseconds);
          return r;
        });
  }

  std::shared_ptr<Head> head_;
};

}  // namespace

void init_head(Napi::Env env, Napi::Object exports) {
  Napi::Function f = HeadObject::define(env);
  env.SetInstanceData(new Napi::FunctionReference(Napi::Persistent(f)));
  exports.Set("Head", f);
}

std::shared_ptr<Head> head_of(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kHeadTag))
    throw_invalid(value.Env(), "a Head is needed");
  return HeadObject::Unwrap(value.As<Napi::Object>())->native();
}

Napi::Object wrap_head(Napi::Env env, std::shared_ptr<Head> head) {
  return env.GetInstanceData<Napi::FunctionReference>()->New({Napi::External<std::shared_ptr<Head>>::New(env, &head)});
}

}  // namespace portrait
