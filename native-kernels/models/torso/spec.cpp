// Layout of the torso's parameters, and the frequency code both backends share.
#include <cmath>

#include "portrait/check_options.h"
#include "torso.h"

namespace portrait {

Status check_torso(const TorsoConfig& c) {
  if (Status s = check_ranges("torso", c); !s.ok()) return s;
  if (c.table_entries & (c.table_entries - 1))
    return Status::error(StatusCode::invalid_argument, "torso: tableEntries must be a power of two");
  return {};
}

TorsoSpec::TorsoSpec(const TorsoConfig& c) : config(c) {
  constexpr int kBaseResolution = 16;
  grid = make_grid(2, {GridIndexing::tiled, kBaseResolution, c.finest_resolution, c.table_entries});
  size_t at = size_t(grid.entries) * kGridChannels;
  const auto take = [&at](size_t count) {
    const size_t here = at;
    at += count;
    return here;
  };
  deform0 = take(size_t(kTorsoIn) * kTorsoDeform);
  deform1 = take(size_t(kTorsoDeform) * kTorsoDeform);
  deform2 = take(size_t(kTorsoDeform) * 2);
  color0 = take(size_t(kTorsoFeature + kTorsoIn) * kTorsoColor);
  color1 = take(size_t(kTorsoColor) * kTorsoColor);
  color2 = take(size_t(kTorsoColor) * kTorsoOut);
  codes = take(size_t(c.frames) * kTorsoCode);
  total = at;
}

void torso_frequencies(double v, int octaves, double* out) {
  *out++ = v;
  for (int o = 0; o < octaves; o++) {
    *out++ = std::sin(std::ldexp(v, o));
    *out++ = std::cos(std::ldexp(v, o));
  }
}

}  // namespace portrait
