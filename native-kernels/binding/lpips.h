// Lpips as JavaScript sees it. Other bindings take the net out of such an object with `Lpips::net_of`.
#pragma once
#include <napi.h>

#include <memory>

#include "models/lpips/lpips.h"
#include "object.h"

namespace portrait {

class Lpips : public TaggedObject<Lpips> {
 public:
  static constexpr napi_type_tag kTag = {0x7b1c3fd25e0a4c11ull, 0x9c52d0a86f3e7b42ull};
  static constexpr const char* kName = "Lpips";

  static void init(Napi::Env env, Napi::Object exports);
  explicit Lpips(const Napi::CallbackInfo& info);
  // Throws when `value` is not a native Lpips object.
  static std::shared_ptr<const LpipsNet> net_of(const Napi::Value& value);

 private:
  Napi::Value compare(const Napi::CallbackInfo& info);
  std::shared_ptr<const LpipsNet> net_;
};

}  // namespace portrait
