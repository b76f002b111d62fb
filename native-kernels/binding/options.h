// Options from JavaScript: every field of the list must be there, of its type, and no other. Ranges: check_options.h.
#pragma once
#include <cmath>
#include <cstring>
#include <vector>

#include "args.h"
#include "portrait/check_options.h"

namespace portrait {

class OptionsReader {
 public:
  OptionsReader(const Napi::Object& from, std::string of) : from_(from), of_(std::move(of)) {}

  template <class T>
  void option(const char* name, T& value, T, T) {
    const double v = number(name);
    if (!std::is_floating_point<T>::value && (v != std::floor(v) || std::fabs(v) > 9007199254740991.0)) whole(name, v);
    if (std::is_same<T, int>::value && std::fabs(v) > 2147483647.0) whole(name, v);
    if (std::is_unsigned<T>::value && v < 0) fail(name, "must not be negative but is " + number_text(v));
    value = T(v);
  }
  void choice(const char* name, bool& value) {
    const Napi::Value v = get(name);
    if (!v.IsBoolean()) fail(name, "must be true or false");
    value = v.As<Napi::Boolean>();
  }
  template <class Choice>
  void choice(const char* name, Choice& value) {
    const Napi::Value v = get(name);
    const std::string text = v.IsString() ? v.As<Napi::String>().Utf8Value() : "of another type";
    const std::vector<const char*> names = choice_names(Choice{});
    std::string list;
    for (size_t i = 0; i < names.size(); i++) {
      if (text == names[i]) {
        value = Choice(int(i));
        return;
      }
      list += (i ? ", " : "") + std::string(names[i]);
    }
    fail(name, "must be one of " + list + " but is " + text);
  }
  template <class T>
  void group(const char* name, T& value) {
    const Napi::Value v = get(name);
    if (!v.IsObject()) fail(name, "must be an object");
    OptionsReader inner(v.As<Napi::Object>(), of_ + camel_case(name) + ".");
    T::visit(value, inner);
    inner.refuse_unknown();
  }
  void refuse_unknown() {
    const Napi::Array keys = from_.GetPropertyNames();
    for (uint32_t i = 0; i < keys.Length(); i++) {
      const std::string key = keys.Get(i).ToString();
      bool known = false;
      for (const std::string& name : read_) known = known || name == key;
      if (!known) fail_key(key, "is not an option");
    }
  }

 private:
  Napi::Value get(const char* name) {
    read_.push_back(camel_case(name));
    const Napi::Value v = from_.Get(read_.back());
    if (v.IsUndefined()) fail(name, "is missing");
    return v;
  }
  double number(const char* name) {
    const Napi::Value v = get(name);
    if (!v.IsNumber()) fail(name, "must be a number");
    const double d = v.As<Napi::Number>().DoubleValue();
    if (!std::isfinite(d)) fail(name, "must be a finite number but is " + number_text(d));
    return d;
  }
  void whole(const char* name, double v) { fail(name, "must be a whole number but is " + number_text(v)); }
  void fail(const char* name, const std::string& what) { fail_key(camel_case(name), what); }
  void fail_key(const std::string& key, const std::string& what) {
    throw_invalid(from_.Env(), of_ + "`" + key + "` " + what);
  }

  Napi::Object from_;
  std::string of_;
  std::vector<std::string> read_;
};

template <class Options>
Options read_options(const Napi::Value& value, const char* of) {
  if (!value.IsObject()) throw_invalid(value.Env(), std::string(of) + ": an object of options is needed");
  Options options{};
  OptionsReader reader(value.As<Napi::Object>(), std::string(of) + ": ");
  Options::visit(options, reader);
  reader.refuse_unknown();
  return options;
}

// The seed of a constructor, checked like the option of that name.
inline uint64_t seed_of(const Napi::Value& value) {
  const double v = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(v >= 0 && v <= 9007199254740991.0) || v != std::floor(v))
    throw_invalid(value.Env(), "the seed must be a whole number between 0 and 9007199254740991");
  return uint64_t(v);
}

// What a list holds, for the test that compares it with the TypeScript side: field names, "a.b" inside a group.
struct FieldNames {
  std::vector<std::string> names;
  std::string prefix;
  template <class T>
  void option(const char* name, const T&, T, T) {
    names.push_back(prefix + camel_case(name));
  }
  template <class T>
  void choice(const char* name, const T&) {
    names.push_back(prefix + camel_case(name));
  }
  template <class T>
  void group(const char* name, const T& value) {
    FieldNames inner{{}, prefix + camel_case(name) + "."};
    T::visit(value, inner);
    names.insert(names.end(), inner.names.begin(), inner.names.end());
  }
};

template <class Options>
Napi::Array field_names(Napi::Env env) {
  const Options options{};
  FieldNames fields;
  Options::visit(options, fields);
  Napi::Array out = Napi::Array::New(env);
  for (const std::string& name : fields.names) out.Set(out.Length(), name);
  return out;
}

}  // namespace portrait
