// Base of the classes JavaScript sees: a type tag tells our own objects from look-alikes, in methods and in arguments.
#pragma once
#include <napi.h>

#include "errors.h"

namespace portrait {

// T has `static constexpr napi_type_tag kTag` and `static constexpr const char* kName`.
template <class T>
class TaggedObject : public Napi::ObjectWrap<T> {
 public:
  explicit TaggedObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<T>(info) {
    info.This().As<Napi::Object>().TypeTag(&T::kTag);
  }
  static T* of(const Napi::Value& value) {
    if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&T::kTag))
      throw_invalid(value.Env(), std::string("an object of class ") + T::kName + " is needed");
    return Napi::ObjectWrap<T>::Unwrap(value.As<Napi::Object>());
  }

 protected:
  // A method behind the check of `this`.
  template <Napi::Value (T::*method)(const Napi::CallbackInfo&)>
  Napi::Value checked(const Napi::CallbackInfo& info) {
    return (of(info.This())->*method)(info);
  }
};

}  // namespace portrait
