// Torso and TorsoTrainer as JavaScript sees them. Field names are those of libs/kernels/src/torso.ts, in the same
// order.
#pragma once
#include <napi.h>

#include <atomic>
#include <memory>

#include "object.h"
#include "rendering/torso/renderer.h"
#include "training/torso/trainer.h"

namespace portrait {

struct SharedTorso {
  TorsoModel model;
  TorsoRenderer renderer;
  SharedTorso(const TorsoConfig& config, uint64_t seed) : model(config, seed) {}
};

class Torso : public TaggedObject<Torso> {
 public:
  static constexpr napi_type_tag kTag = {0x21d9e4b07c6a4f3dull, 0xa4f0c19b3e5d7286ull};
  static constexpr const char* kName = "Torso";

  static void init(Napi::Env env, Napi::Object exports);
  explicit Torso(const Napi::CallbackInfo& info);
  static std::shared_ptr<SharedTorso> shared_of(const Napi::Value& value) { return of(value)->shared_; }

 private:
  Napi::Value tensors(const Napi::CallbackInfo& info);
  Napi::Value set_tensors(const Napi::CallbackInfo& info);
  Napi::Value render(const Napi::CallbackInfo& info);
  std::shared_ptr<SharedTorso> shared_;
};

class TorsoTrainerObject : public TaggedObject<TorsoTrainerObject> {
 public:
  static constexpr napi_type_tag kTag = {0x5e27b0f4d18c963aull, 0xc06f3a7b9245e81dull};
  static constexpr const char* kName = "TorsoTrainer";

  static void init(Napi::Env env, Napi::Object exports);
  explicit TorsoTrainerObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value checkpoint(const Napi::CallbackInfo& info);
  Napi::Value restore(const Napi::CallbackInfo& info);
  Napi::Value step(const Napi::CallbackInfo& info);
  void take(Napi::Env env);  // marks the trainer as in use, or throws `busy`

  struct State {
    std::shared_ptr<SharedTorso> torso;  // outlives the trainer that points into it
    std::unique_ptr<TorsoTrainer> trainer;
    std::atomic<bool> busy{false};
  };
  std::shared_ptr<State> state_;
};

}  // namespace portrait
