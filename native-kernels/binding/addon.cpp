// Entry of the add-on: kernelInfo and one init function a class. New classes: binding/<name>.cpp with `init_<name>`,
// declared and called here.
#include <napi.h>

#include "options.h"
#include "portrait/device.h"
#include "runtime/kernel_table.h"
#include "portrait/thread_pool.h"

namespace portrait {

void init_head(Napi::Env, Napi::Object);
void init_head_trainer(Napi::Env, Napi::Object);
void init_lpips(Napi::Env, Napi::Object);
void init_torso(Napi::Env, Napi::Object);
void init_torso_trainer(Napi::Env, Napi::Object);

namespace {
Napi::Value kernel_info(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Object out = Napi::Object::New(env);
  out.Set("version", "2");
  out.Set("isa", kernels().isa);
  Napi::Array isas = Napi::Array::New(env);
  for (const char* name : available_isas()) isas.Set(isas.Length(), name);
  out.Set("isas", isas);
  const HeadBf16Kernels* bf16 = head_bf16_kernels();
  out.Set("bf16", bf16 ? Napi::Value(Napi::String::New(env, bf16->name)) : env.Null());
  out.Set("threads", pool_threads());
  Napi::Array list = Napi::Array::New(env);
  for (const BackendInfo& b : backends()) {
    Napi::Object o = Napi::Object::New(env);
    o.Set("name", b.name);
    o.Set("supported", b.supported);
    o.Set("reason", b.reason.empty() ? env.Null() : Napi::String::New(env, b.reason));
    list.Set(list.Length(), o);
  }
  out.Set("backends", list);
  Napi::Object options = Napi::Object::New(env);
  options.Set("head", field_names<HeadConfig>(env));
  options.Set("headTraining", field_names<HeadTrainingOptions>(env));
  options.Set("lips", field_names<LipsOptions>(env));
  options.Set("torso", field_names<TorsoConfig>(env));
  options.Set("torsoTraining", field_names<TorsoTrainingOptions>(env));
  out.Set("options", options);
  return out;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  throw_if_failed(env, check_thread_setting());
  exports.Set("kernelInfo", Napi::Function::New(env, kernel_info));
  init_lpips(env, exports);
  init_torso(env, exports);
  init_torso_trainer(env, exports);
  init_head(env, exports);
  init_head_trainer(env, exports);
  return exports;
}
}  // namespace

NODE_API_MODULE(portrait_kernels, init)

}  // namespace portrait
