// The one place where a native Status becomes a JavaScript error: Error with `status` (the snake_case name).
// libs/kernels maps `status` to a PortraitError code.
#pragma once
#include <napi.h>

#include "portrait/status.h"

namespace portrait {

inline Napi::Error status_error(Napi::Env env, const Status& status) {
  Napi::Error error = Napi::Error::New(env, status.message);
  error.Set("status", Napi::String::New(env, status_name(status.code)));
  return error;
}
[[noreturn]] inline void throw_invalid(Napi::Env env, const std::string& message) {
  throw status_error(env, Status::error(StatusCode::invalid_argument, message));
}
inline void throw_if_failed(Napi::Env env, const Status& status) {
  if (!status.ok()) throw status_error(env, status);
}

}  // namespace portrait
