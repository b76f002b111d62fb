// Reading arguments, the one place where values from JavaScript are checked: every field must be there and of its type,
// numbers must be finite, whole numbers whole. Arrays are copied, because JavaScript may detach or resize its buffers
// while a job runs; results are copied back at the end (OutputArray).
#pragma once
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "errors.h"
#include "portrait/abort.h"

namespace portrait {

inline Napi::Value field(const Napi::Object& object, const char* name) {
  Napi::Value v = object.Get(name);
  if (v.IsUndefined()) throw_invalid(object.Env(), std::string("field `") + name + "` is missing");
  return v;
}
inline double number_of(const Napi::Value& v, const char* name) {
  const double number = v.IsNumber() ? v.As<Napi::Number>().DoubleValue() : NAN;
  if (!std::isfinite(number)) throw_invalid(v.Env(), std::string("`") + name + "` must be a finite number");
  return number;
}
inline float float_of(const Napi::Value& v, const char* name) {
  const float number = float(number_of(v, name));
  if (!std::isfinite(number)) throw_invalid(v.Env(), std::string("`") + name + "` is too large");
  return number;
}
inline int int_of(const Napi::Value& v, const char* name, int low, int high) {
  const double number = number_of(v, name);
  if (number != std::floor(number) || number < low || number > high)
    throw_invalid(v.Env(), std::string("`") + name + "` must be a whole number between " + std::to_string(low) +
                               " and " + std::to_string(high));
  return int(number);
}
inline float float_field(const Napi::Object& object, const char* name) { return float_of(field(object, name), name); }
inline int int_field(const Napi::Object& object, const char* name, int low, int high) {
  return int_of(field(object, name), name, low, high);
}
inline std::string string_field(const Napi::Object& object, const char* name) {
  Napi::Value v = field(object, name);
  if (!v.IsString()) throw_invalid(object.Env(), std::string("field `") + name + "` must be a string");
  return v.As<Napi::String>().Utf8Value();
}
inline Napi::Object object_field(const Napi::Object& object, const char* name) {
  Napi::Value v = field(object, name);
  if (!v.IsObject()) throw_invalid(object.Env(), std::string("field `") + name + "` must be an object");
  return v.As<Napi::Object>();
}

// A typed array of one element type; null is allowed where `optional`. count < 0: any length.
template <class T>
struct ArrayType;
template <>
struct ArrayType<float> {
  static constexpr napi_typedarray_type kType = napi_float32_array;
  static constexpr const char* kName = "Float32Array";
};
template <>
struct ArrayType<uint8_t> {
  static constexpr napi_typedarray_type kType = napi_uint8_array;
  static constexpr const char* kName = "Uint8Array";
};
template <>
struct ArrayType<int32_t> {
  static constexpr napi_typedarray_type kType = napi_int32_array;
  static constexpr const char* kName = "Int32Array";
};

// Valid until JavaScript runs again.
template <class T>
struct ArrayView {
  T* data = nullptr;
  size_t size = 0;
};

template <class T>
inline ArrayView<T> array_of(const Napi::Value& v, const char* name, int64_t count = -1, bool optional = false) {
  const Napi::Env env = v.Env();
  if (optional && v.IsNull()) return {};
  if (!v.IsTypedArray() || v.As<Napi::TypedArray>().TypedArrayType() != ArrayType<T>::kType)
    throw_invalid(env, std::string("`") + name + "` must be a " + ArrayType<T>::kName + (optional ? " or null" : ""));
  auto array = v.As<Napi::TypedArrayOf<T>>();
  if (count >= 0 && array.ElementLength() != size_t(count))
    throw_invalid(env, std::string("`") + name + "` must have " + std::to_string(count) + " elements but has " +
                           std::to_string(array.ElementLength()));
  return {array.Data(), array.ElementLength()};
}
template <class T>
inline std::vector<T> copy_of(const Napi::Value& v, const char* name, int64_t count = -1, bool optional = false) {
  const auto view = array_of<T>(v, name, count, optional);
  return std::vector<T>(view.data, view.data + view.size);
}
// Copy of an array of finite numbers; empty for null.
inline std::vector<float> floats_of(const Napi::Value& v, const char* name, int64_t count = -1, bool optional = false) {
  std::vector<float> out = copy_of<float>(v, name, count, optional);
  for (float x : out)
    if (!std::isfinite(x)) throw_invalid(v.Env(), std::string("`") + name + "` holds a number that is not finite");
  return out;
}
template <class T>
inline std::vector<T> array_field(const Napi::Object& object, const char* name, int64_t count = -1,
                                  bool optional = false) {
  return copy_of<T>(field(object, name), name, count, optional);
}
inline std::vector<float> floats_field(const Napi::Object& object, const char* name, int64_t count = -1,
                                       bool optional = false) {
  return floats_of(field(object, name), name, count, optional);
}

// An array that a job writes. The job fills memory of its own; `deliver` copies it on the JavaScript thread.
template <class T>
class OutputArray {
 public:
  OutputArray(const Napi::Value& v, const char* name, int64_t count, bool optional = false) : name_(name) {
    if (!array_of<T>(v, name, count, optional).data && v.IsNull()) return;
    array_ = Napi::Persistent(v.As<Napi::Object>());
    memory_.resize(size_t(count));
  }
  T* data() { return memory_.empty() ? nullptr : memory_.data(); }
  void deliver(Napi::Env env) {
    if (memory_.empty()) return;
    auto array = array_.Value().template As<Napi::TypedArrayOf<T>>();
    if (array.ElementLength() != memory_.size())
      throw_invalid(env, std::string("`") + name_ + "` was detached or resized while the call was running");
    std::memcpy(array.Data(), memory_.data(), memory_.size() * sizeof(T));
  }

 private:
  const char* name_;
  Napi::ObjectReference array_;
  std::vector<T> memory_;
};

// The flag is read while a job runs, so its memory must not be detachable.
inline AbortFlag abort_of(const Napi::Value& v) {
  const auto view = array_of<int32_t>(v, "abort", 1, true);
  if (!view.data) return {};
  napi_value buffer = nullptr;
  bool detachable = true;
  if (napi_get_typedarray_info(v.Env(), v, nullptr, nullptr, nullptr, &buffer, nullptr) != napi_ok ||
      napi_is_arraybuffer(v.Env(), buffer, &detachable) != napi_ok || detachable)
    throw_invalid(v.Env(), "`abort` must lie in a SharedArrayBuffer");
  return AbortFlag{view.data};
}

}  // namespace portrait
