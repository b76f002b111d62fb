// Torso and TorsoTrainer as JavaScript sees them. Field names are those of libs/kernels/src/torso.ts, in the same
// order.
#pragma once
#include <napi.h>

#include <atomic>
#include <memory>

#include "rendering/torso/renderer.h"
#include "training/torso/trainer.h"

namespace portrait {

struct SharedTorso {
  TorsoModel model;
  TorsoRenderer renderer;
  SharedTorso(const TorsoConfig& config, uint64_t seed) : model(config, seed) {}
};

class Torso : public Napi::ObjectWrap<Torso> {
 public:
  static void init(Napi::Env env, Napi::Object exports);
  explicit Torso(const Napi::CallbackInfo& info);
  static std::shared_ptr<SharedTorso> of(const Napi::Value& value);

 private:
  Napi::Value tensors(const Napi::CallbackInfo& info);
  void set_tensors(const Napi::CallbackInfo& info);
  Napi::Value render(const Napi::CallbackInfo& info);
  std::shared_ptr<SharedTorso> shared_;
};

class TorsoTrainerObject : public Napi::ObjectWrap<TorsoTrainerObject> {
 public:
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
