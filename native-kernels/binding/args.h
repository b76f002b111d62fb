// Reading arguments: plain transfer objects whose every field must be there. A missing or mistyped field is named.
#pragma once
#include <string>

#include "errors.h"
#include "portrait/abort.h"

namespace portrait {

inline Napi::Value field(const Napi::Object& object, const char* name) {
  Napi::Value v = object.Get(name);
  if (v.IsUndefined()) throw_invalid(object.Env(), std::string("field `") + name + "` is missing");
  return v;
}
inline double number_field(const Napi::Object& object, const char* name) {
  Napi::Value v = field(object, name);
  if (!v.IsNumber()) throw_invalid(object.Env(), std::string("field `") + name + "` must be a number");
  return v.As<Napi::Number>().DoubleValue();
}
inline int int_field(const Napi::Object& object, const char* name) { return int(number_field(object, name)); }
inline float float_field(const Napi::Object& object, const char* name) { return float(number_field(object, name)); }
inline bool bool_field(const Napi::Object& object, const char* name) { return field(object, name).ToBoolean(); }
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
inline ArrayView<T> array_field(const Napi::Object& object, const char* name, int64_t count = -1,
                                bool optional = false) {
  return array_of<T>(field(object, name), name, count, optional);
}
inline AbortFlag abort_of(const Napi::Value& v) { return AbortFlag{array_of<int32_t>(v, "abort", 1, true).data}; }

}  // namespace portrait
