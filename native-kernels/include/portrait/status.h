// Outcome of every native call that can fail. No exception crosses a kernel; the binding turns a
// Status into one JavaScript error, in one place (binding/errors.h).
#pragma once
#include <string>
#include <utility>

namespace portrait {

enum class StatusCode {
  ok,
  aborted,             // the caller's abort flag was set
  invalid_argument,    // a shape, range or combination that cannot be meant
  not_supported,       // understood, but not built or not implemented; the message says why
  busy,                // another call on the same object is still running
  io_error,            // the packed dataset could not be read
  corrupt_checkpoint,  // truncated, wrong magic or checksum mismatch
  version_mismatch,    // checkpoint of another format version or another configuration
  non_finite,          // a loss or a parameter became NaN or infinite
  internal,            // a failure of this library or of memory
};

struct Status {
  StatusCode code = StatusCode::ok;
  std::string message;
  bool ok() const { return code == StatusCode::ok; }
  static Status error(StatusCode code, std::string message) { return {code, std::move(message)}; }
};

inline const char* status_name(StatusCode code) {
  switch (code) {
    case StatusCode::ok:
      return "ok";
    case StatusCode::aborted:
      return "aborted";
    case StatusCode::invalid_argument:
      return "invalid_argument";
    case StatusCode::not_supported:
      return "not_supported";
    case StatusCode::busy:
      return "busy";
    case StatusCode::io_error:
      return "io_error";
    case StatusCode::corrupt_checkpoint:
      return "corrupt_checkpoint";
    case StatusCode::version_mismatch:
      return "version_mismatch";
    case StatusCode::non_finite:
      return "non_finite";
    case StatusCode::internal:
      return "internal";
  }
  return "unknown";
}

}  // namespace portrait
