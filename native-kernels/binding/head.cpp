#include "head.h"

#include "rendering/head/renderer.h"
#include "args.h"
#include "job.h"
#include "object.h"
#include "options.h"

namespace portrait {
namespace {

constexpr int kMaxSide = 16384;

// Everything one picture needs, copied from JavaScript.
struct RenderJob {
  HeadView view{};
  int64_t pixels;
  std::vector<float> audio, code, appearance;
  std::vector<uint8_t> background, region;
  OutputArray<uint8_t> out;
  OutputArray<float> weights_sum;
  AbortFlag abort;
  RenderStats stats;

  RenderJob(const Napi::CallbackInfo& info, const Napi::Object& o, int audio_floats)
      : pixels(int64_t(int_field(o, "width", 1, kMaxSide)) * int_field(o, "height", 1, kMaxSide)),
        code(floats_field(o, "audioCode", kAudioCode, true)),
        appearance(floats_field(o, "appearance", kAppearance, true)),
        background(array_field<uint8_t>(o, "background", 3 * pixels)),
        region(array_field<uint8_t>(o, "region", pixels, true)),
        out(info[1], "out", 3 * pixels),
        weights_sum(info[2], "weightsSum", pixels, true),
        abort(abort_of(info[4])) {
    view.width = int_field(o, "width", 1, kMaxSide);
    view.height = int_field(o, "height", 1, kMaxSide);
    const std::vector<float> camera = floats_field(o, "camera", 12);
    std::copy(camera.begin(), camera.end(), view.camera.matrix);
    view.camera.focal = float_field(o, "focal");
    view.camera.cx = float_field(o, "cx");
    view.camera.cy = float_field(o, "cy");
    view.frame.eye = float_field(o, "eye");
    view.early_stop_eps = float_of(info[3], "earlyStopEps");
    view.background = background.data();
    view.region = region.empty() ? nullptr : region.data();
    const std::string precision = string_field(o, "precision");
    if (precision != "fp32" && precision != "bf16")
      throw_invalid(info.Env(), "precision must be fp32 or bf16 but is " + precision);
    view.precision = precision == "bf16" ? Precision::bf16 : Precision::fp32;
    if (code.empty()) audio = floats_field(o, "audio", audio_floats);
  }

  Status run(Head& head) {
    std::lock_guard<std::mutex> held(head.mutex());
    std::copy_n(appearance.empty() ? head.mean_appearance() : appearance.data(), kAppearance, view.frame.appearance);
    if (code.empty()) {
      head.device().prepare(head.params().data());
      head.device().audio_forward(0, 0, audio.data(), view.frame.code);
    } else {
      std::copy(code.begin(), code.end(), view.frame.code);
    }
    return render_head(head, view, out.data(), weights_sum.data(), abort, &stats);
  }
};

class HeadObject : public TaggedObject<HeadObject> {
 public:
  static constexpr napi_type_tag kTag = {0x4d0f5a1c92be3375ull, 0xb86e21f7c4d95a03ull};
  static constexpr const char* kName = "Head";

  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Head",
                       {InstanceMethod("tensors", &HeadObject::checked<&HeadObject::tensors>),
                        InstanceMethod("setTensors", &HeadObject::checked<&HeadObject::set_tensors>),
                        InstanceMethod("occupancy", &HeadObject::checked<&HeadObject::occupancy>),
                        InstanceMethod("setOccupancy", &HeadObject::checked<&HeadObject::set_occupancy>),
                        InstanceMethod("setOccupancyDensity", &HeadObject::checked<&HeadObject::set_density>),
                        InstanceMethod("encodeAudio", &HeadObject::checked<&HeadObject::encode_audio>),
                        InstanceMethod("render", &HeadObject::checked<&HeadObject::render>),
                        InstanceMethod("audioInputLength", &HeadObject::checked<&HeadObject::audio_input_length>)});
  }

  // new Head(config, seed, backend); internally also new Head(External<shared_ptr<Head>>).
  explicit HeadObject(const Napi::CallbackInfo& info) : TaggedObject<HeadObject>(info) {
    const Napi::Env env = info.Env();
    if (info.Length() == 1 && info[0].IsExternal()) {
      head_ = *info[0].As<Napi::External<std::shared_ptr<Head>>>().Data();
      return;
    }
    if (info.Length() != 3 || !info[2].IsString()) throw_invalid(env, "Head needs (config, seed, backend)");
    const HeadConfig config = read_options<HeadConfig>(info[0], "head");
    const uint64_t seed = seed_of(info[1]);
    throw_if_failed(env, Head::check(config));
    const std::string backend = info[2].As<Napi::String>();
    for (const BackendInfo& b : backends()) {
      if (backend != b.name) continue;
      if (!b.supported) throw_if_failed(env, Status::error(StatusCode::not_supported, b.reason));
      head_ = std::make_shared<Head>(config, seed, b.backend);
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
      const Napi::Value entry = list.Get(i);
      if (!entry.IsObject()) throw_invalid(env, "setTensors needs an array of { name, shape, data }");
      const Napi::Object o = entry.As<Napi::Object>();
      Tensor t;
      t.name = string_field(o, "name");
      if (!field(o, "shape").IsArray()) throw_invalid(env, "`shape` must be an array");
      const Napi::Array shape = o.Get("shape").As<Napi::Array>();
      for (uint32_t k = 0; k < shape.Length(); k++)
        t.shape.push_back(size_t(int_of(shape.Get(k), "shape", 0, 1 << 30)));
      t.data = floats_field(o, "data");
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
    head_->occupancy().set_density(floats_of(info[0], "density", int64_t(kOccupancyCells)).data());
    return info.Env().Undefined();
  }
  Napi::Value audio_input_length(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), head_->layout().audio_shape.input_floats());
  }

  // encodeAudio(inputs [n, input]) -> Promise<Float32Array [n, 64]>
  Napi::Value encode_audio(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const size_t width = size_t(head_->layout().audio_shape.input_floats());
    std::vector<float> inputs = floats_of(info[0], "inputs");
    if (inputs.size() % width)
      throw_invalid(env, "`inputs` must be a multiple of " + std::to_string(width) + " values but has " +
                             std::to_string(inputs.size()));
    auto codes = std::make_shared<std::vector<float>>(inputs.size() / width * kAudioCode);
    return Job::start(
        env, {info.This()},
        [head = head_, inputs = std::move(inputs), width, codes] {
          std::lock_guard<std::mutex> held(head->mutex());
          head->device().prepare(head->params().data());
          for (size_t i = 0; i * width < inputs.size(); i++)
            head->device().audio_forward(0, 0, inputs.data() + i * width, codes->data() + i * kAudioCode);
          return Status{};
        },
        [codes](Napi::Env e) {
          Napi::Float32Array out = Napi::Float32Array::New(e, codes->size());
          std::copy(codes->begin(), codes->end(), out.Data());
          return out;
        });
  }

  // render(view, out, weightsSum | null, earlyStopEps, abort | null) -> Promise<{ samples, raysHit, ms }>
  Napi::Value render(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (info.Length() != 5 || !info[0].IsObject())
      throw_invalid(env, "render needs (view, out, weightsSum, earlyStopEps, abort)");
    const Napi::Object o = info[0].As<Napi::Object>();
    auto job = std::make_shared<RenderJob>(info, o, head_->layout().audio_shape.input_floats());
    if (!(job->view.early_stop_eps >= 0 && job->view.early_stop_eps < 1))
      throw_invalid(env, "`earlyStopEps` must be at least 0 and below 1");
    throw_if_failed(env, job->view.camera.check());
    return Job::start(
        env, {info.This(), info[4]}, [head = head_, job] { return job->run(*head); },
        [job](Napi::Env e) {
          job->out.deliver(e);
          job->weights_sum.deliver(e);
          Napi::Object r = Napi::Object::New(e);
          r.Set("samples", double(job->stats.samples));
          r.Set("raysHit", double(job->stats.rays_hit));
          r.Set("ms", job->stats.milliseconds);
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

std::shared_ptr<Head> head_of(const Napi::Value& value) { return HeadObject::of(value)->native(); }

Napi::Object wrap_head(Napi::Env env, std::shared_ptr<Head> head) {
  return env.GetInstanceData<Napi::FunctionReference>()->New({Napi::External<std::shared_ptr<Head>>::New(env, &head)});
}

}  // namespace portrait
