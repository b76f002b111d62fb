#include "lpips.h"

#include <cmath>
#include <vector>

#include "args.h"
#include "job.h"

namespace portrait {

namespace {
// Tells our own objects from look-alikes, in any worker thread.
constexpr napi_type_tag kLpipsTag = {0x7b1c3fd25e0a4c11ull, 0x9c52d0a86f3e7b42ull};
}  // namespace

void Lpips::init(Napi::Env env, Napi::Object exports) {
  exports.Set("Lpips", DefineClass(env, "Lpips", {InstanceMethod<&Lpips::compare>("compare")}));
}

// new Lpips({ conv: Float32Array[5], bias: Float32Array[5], lin: Float32Array[5] })
Lpips::Lpips(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Lpips>(info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 1 || !info[0].IsObject()) throw_invalid(env, "Lpips needs its weights");
  const Napi::Object weights = info[0].As<Napi::Object>();
  LpipsWeights w{};
  const auto list = [&](const char* name, int layer, int64_t count) {
    const Napi::Object arrays = object_field(weights, name);
    const auto view = array_of<float>(arrays.Get(uint32_t(layer)),
                                      (std::string(name) + "[" + std::to_string(layer) + "]").c_str(), count);
    for (size_t i = 0; i < view.size; i++)
      if (!std::isfinite(view.data[i]))
        throw_invalid(env, std::string("LPIPS weights: ") + name + " holds a number that is not finite");
    return view.data;
  };
  for (int l = 0; l < kLpipsLayers; l++) {
    const LpipsLayer& s = kLpipsLayer[l];
    w.conv[l] = list("conv", l, int64_t(s.out) * s.in * s.kernel * s.kernel);
    w.bias[l] = list("bias", l, s.out);
    w.lin[l] = list("lin", l, s.out);
  }
  net_ = std::make_shared<const LpipsNet>(w);
  info.This().As<Napi::Object>().TypeTag(&kLpipsTag);
}

std::shared_ptr<const LpipsNet> Lpips::net_of(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kLpipsTag))
    throw_invalid(value.Env(), "`lpips` must be an Lpips object");
  return Napi::ObjectWrap<Lpips>::Unwrap(value.As<Napi::Object>())->net_;
}

namespace {

// Interleaved picture, bytes or floats, to planar floats in [0,1].
struct Picture {
  const uint8_t* bytes = nullptr;
  const float* floats = nullptr;
  void planar(size_t pixels, std::vector<float>& out) const {
    out.resize(pixels * 3);
    for (size_t i = 0; i < pixels; i++)
      for (size_t c = 0; c < 3; c++) out[c * pixels + i] = bytes ? bytes[i * 3 + c] * (1.f / 255.f) : floats[i * 3 + c];
  }
};

Picture picture_of(const Napi::Value& v, const char* name, int64_t count) {
  Picture p;
  if (v.IsTypedArray() && v.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array)
    p.floats = array_of<float>(v, name, count).data;
  else
    p.bytes = array_of<uint8_t>(v, name, count).data;
  return p;
}

}  // namespace

// compare(img, ref, width, height, gradient, abort): Promise<number>
// img, ref: [height, width, 3], Uint8Array (0..255) or Float32Array (0..1); gradient: Float32Array of that shape or
// null.
Napi::Value Lpips::compare(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 6 || !info[2].IsNumber() || !info[3].IsNumber())
    throw_invalid(env, "compare needs img, ref, width, height, gradient, abort");
  const int width = info[2].As<Napi::Number>().Int32Value(), height = info[3].As<Napi::Number>().Int32Value();
  if (width < kLpipsMinSide || height < kLpipsMinSide || width > 16384 || height > 16384)
    throw_invalid(env, "LPIPS compares pictures of 32 to 16384 pixels a side, not " + std::to_string(width) + " x " +
                           std::to_string(height));
  const int64_t count = int64_t(width) * height * 3;
  const Picture img = picture_of(info[0], "img", count), ref = picture_of(info[1], "ref", count);
  float* gradient = array_of<float>(info[4], "gradient", count, true).data;
  const AbortFlag abort = abort_of(info[5]);
  auto net = net_;
  auto distance = std::make_shared<float>(0.f);
  return Job::start(
      env, {info.This(), info[0], info[1], info[4], info[5]},
      [=]() -> Status {
        if (abort.raised()) return Status::error(StatusCode::aborted, "LPIPS stopped on request");
        std::vector<float> a, b, d;
        const size_t pixels = size_t(width) * height;
        img.planar(pixels, a);
        ref.planar(pixels, b);
        if (gradient) d.resize(a.size());
        *distance = lpips_grad(*net, a.data(), b.data(), height, width, gradient ? d.data() : nullptr);
        if (gradient)
          for (size_t i = 0; i < pixels; i++)
            for (size_t c = 0; c < 3; c++) gradient[i * 3 + c] = d[c * pixels + i];
        if (!std::isfinite(*distance))
          return Status::error(StatusCode::non_finite, "LPIPS: a picture holds numbers that are not finite");
        return {};
      },
      [distance](Napi::Env e) { return Napi::Number::New(e, double(*distance)); });
}

void init_lpips(Napi::Env env, Napi::Object exports) { Lpips::init(env, exports); }

}  // namespace portrait
