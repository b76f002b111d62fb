// Names of choices, names as JavaScript spells them, and the range check of every options struct.
#pragma once
#include <cstdio>
#include <string>
#include <vector>

#include "portrait/options.h"
#include "portrait/status.h"

namespace portrait {

inline std::vector<const char*> choice_names(GridIndexing) { return {"tiled", "hashed"}; }
inline std::vector<const char*> choice_names(Backbone) { return {"modulation", "implicit", "composed", "deformation"}; }
inline std::vector<const char*> choice_names(AudioNetwork) { return {"mlp", "conv"}; }

// grid_learning_rate -> gridLearningRate
inline std::string camel_case(const char* snake) {
  std::string out;
  bool raise = false;
  for (const char* c = snake; *c; c++) {
    if (*c == '_') {
      raise = true;
    } else {
      out += raise && *c >= 'a' && *c <= 'z' ? char(*c - 'a' + 'A') : *c;
      raise = false;
    }
  }
  return out;
}

inline std::string number_text(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", v);
  return text;
}

// Finds the first value outside its range; NaN is outside every range.
struct RangeCheck {
  std::string of;  // e.g. "head training: " or "head: spatialGrid."
  Status status{};

  template <class T>
  void option(const char* name, const T& value, T low, T high) {
    if (!status.ok() || (value >= low && value <= high)) return;
    status = Status::error(StatusCode::invalid_argument,
                           of + camel_case(name) + " must be between " + number_text(double(low)) + " and " +
                               number_text(double(high)) + " but is " + number_text(double(value)));
  }
  template <class T>
  void choice(const char*, const T&) {}
  template <class T>
  void group(const char* name, const T& value) {
    RangeCheck inner{of + camel_case(name) + "."};
    T::visit(value, inner);
    if (status.ok()) status = inner.status;
  }
};

template <class Options>
Status check_ranges(const char* of, const Options& options) {
  RangeCheck check{std::string(of) + ": "};
  Options::visit(options, check);
  return check.status;
}

}  // namespace portrait
