// Checkpoints as JavaScript values.
#pragma once
#include <napi.h>

#include <memory>
#include <vector>

#include "training/checkpoint_origin.h"

namespace portrait {

inline Napi::Value bytes_object(Napi::Env env, const std::shared_ptr<std::vector<uint8_t>>& bytes) {
  Napi::Uint8Array out = Napi::Uint8Array::New(env, bytes->size());
  std::copy(bytes->begin(), bytes->end(), out.Data());
  return out;
}
// The step that training continues from, and where the checkpoint was made.
inline Napi::Value restored_object(Napi::Env env, double step, const CheckpointOrigin& origin) {
  Napi::Object out = Napi::Object::New(env);
  out.Set("step", step);
  out.Set("isa", origin.isa);
  out.Set("threads", double(origin.threads));
  return out;
}

}  // namespace portrait
