#include "lpips.h"

#include <cmath>
#include <vector>

#include "args.h"
#include "job.h"

namespace portrait {

void Lpips::init(Napi::Env env, Napi::Object exports) {
  exports.Set("Lpips", DefineClass(env, "Lpips", {InstanceMethod("compare", &Lpips::checked<&Lpips::compare>)}));
}

// new Lpips({ conv: Float32Array[5], bias: Float32Array[5], lin: Float32Array[5] })
Lpips::Lpips(const Napi::CallbackInfo& info) : TaggedObject<Lpips>(info) {
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
}

std::shared_ptr<const LpipsNet> Lpips::net_of(const Napi::Value& value) { return of(value)->net_; }

namespace {

// Interleaved picture, bytes or floats, to planar floats in [0,1].
struct Picture {
  std::vector<uint8_t> bytes;
  std::vector<float> floats;
  void planar(size_t pixels, std::vector<float>& out) const {
    out.resize(pixels * 3);
    for (size_t i = 0; i < pixels; i++)
      for (size_t c = 0; c < 3; c++)
        out[c * pixels + i] = bytes.empty() ? floats[i * 3 + c] : bytes[i * 3 + c] * (1.f / 255.f);
  }
};

Picture picture_of(const Napi::Value& v, const char* name, int64_t count) {
  Picture p;
  if (v.IsTypedArray() && v.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array)
    p.floats = floats_of(v, name, count);
  else
    p.bytes = copy_of<uint8_t>(v, name, count);
  return p;
}

struct CompareJob {
  Picture img, ref;
  OutputArray<float> gradient;
  float distance = 0;
};

}  // namespace

// compare(img, ref, width, height, gradient, abort): Promise<number>
// img, ref: [height, width, 3], Uint8Array (0..255) or Float32Array (0..1); gradient: Float32Array of that shape or
// null.
Napi::Value Lpips::compare(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 6) throw_invalid(env, "compare needs img, ref, width, height, gradient, abort");
  constexpr int kMaxSide = 16384;
  const int width = int_of(info[2], "width", 0, kMaxSide), height = int_of(info[3], "height", 0, kMaxSide);
  if (width < kLpipsMinSide || height < kLpipsMinSide)
    throw_invalid(env, "LPIPS compares pictures of 32 to 16384 pixels a side, not " + std::to_string(width) + " x " +
                           std::to_string(height));
  const int64_t count = int64_t(width) * height * 3;
  auto job =
      std::make_shared<CompareJob>(CompareJob{picture_of(info[0], "img", count), picture_of(info[1], "ref", count),
                                              OutputArray<float>(info[4], "gradient", count, true)});
  const AbortFlag abort = abort_of(info[5]);
  return Job::start(
      env, {info.This(), info[5]},
      [net = net_, job, width, height, abort]() -> Status {
        if (abort.raised()) return Status::error(StatusCode::aborted, "LPIPS stopped on request");
        std::vector<float> a, b, d;
        const size_t pixels = size_t(width) * height;
        job->img.planar(pixels, a);
        job->ref.planar(pixels, b);
        float* gradient = job->gradient.data();
        if (gradient) d.resize(a.size());
        job->distance = lpips_grad(*net, a.data(), b.data(), height, width, gradient ? d.data() : nullptr);
        if (gradient)
          for (size_t i = 0; i < pixels; i++)
            for (size_t c = 0; c < 3; c++) gradient[i * 3 + c] = d[c * pixels + i];
        if (!std::isfinite(job->distance))
          return Status::error(StatusCode::non_finite, "LPIPS: the distance is not finite");
        return {};
      },
      [job](Napi::Env e) {
        job->gradient.deliver(e);
        return Napi::Number::New(e, double(job->distance));
      });
}

void init_lpips(Napi::Env env, Napi::Object exports) { Lpips::init(env, exports); }

}  // namespace portrait
