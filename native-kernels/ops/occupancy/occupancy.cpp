#include "occupancy.h"

#include <algorithm>

namespace portrait {
namespace {
constexpr int kSide = kOccupancySide, kWords = kSide / 32;
}

Occupancy::Occupancy()
    : density_(kOccupancyCells, 1.f), bits_(kOccupancyCells / 32, ~0u), occupied_cells_(kOccupancyCells) {
  std::fill(lo_, lo_ + 3, -1.f);
  std::fill(hi_, hi_ + 3, 1.f);
}

void Occupancy::set_from_mask(const uint8_t* keep) {
  for (size_t i = 0; i < kOccupancyCells; i++) density_[i] = keep[i] ? 1.f : -1.f;
  pack();
}

void Occupancy::set_density(const float* density) {
  std::copy(density, density + kOccupancyCells, density_.begin());
  pack();
}

void Occupancy::pack() {
  double sum = 0;
  for (float d : density_) sum += std::max(d, 0.f);
  threshold_ = float(std::min(sum / double(kOccupancyCells), 10.0));
  std::vector<uint32_t> raw(bits_.size(), 0);
  for (size_t i = 0; i < kOccupancyCells; i++)
    if (density_[i] > threshold_) raw[i >> 5] |= 1u << (i & 31);
  // A full grid of equal densities has no cell above its own mean: keep it full rather than empty.
  if (std::all_of(raw.begin(), raw.end(), [](uint32_t w) { return w == 0; }) && threshold_ > 0)
    for (size_t i = 0; i < kOccupancyCells; i++)
      if (density_[i] >= threshold_) raw[i >> 5] |= 1u << (i & 31);
  dilate(raw);
  find_box();
}

void Occupancy::dilate(const std::vector<uint32_t>& in) {
  occupied_cells_ = 0;
  for (int z = 0; z < kSide; z++)
    for (int y = 0; y < kSide; y++)
      for (int w = 0; w < kWords; w++) {
        const size_t i = (size_t(z) * kSide + size_t(y)) * kWords + size_t(w);
        uint32_t v = in[i] | (in[i] << 1) | (in[i] >> 1);
        if (w > 0) v |= in[i - 1] >> 31;
        if (w < kWords - 1) v |= in[i + 1] << 31;
        if (y > 0) v |= in[i - kWords];
        if (y < kSide - 1) v |= in[i + kWords];
        if (z > 0) v |= in[i - kWords * kSide];
        if (z < kSide - 1) v |= in[i + kWords * kSide];
        bits_[i] = v;
        occupied_cells_ += size_t(__builtin_popcount(v));
      }
}

void Occupancy::find_box() {
  int lo[3] = {kSide, kSide, kSide}, hi[3] = {-1, -1, -1};
  for (int z = 0; z < kSide; z++)
    for (int y = 0; y < kSide; y++)
      for (int w = 0; w < kWords; w++) {
        const uint32_t v = bits_[(size_t(z) * kSide + size_t(y)) * kWords + size_t(w)];
        if (!v) continue;
        lo[0] = std::min(lo[0], w * 32 + __builtin_ctz(v));
        hi[0] = std::max(hi[0], w * 32 + 31 - __builtin_clz(v));
        lo[1] = std::min(lo[1], y);
        hi[1] = std::max(hi[1], y);
        lo[2] = std::min(lo[2], z);
        hi[2] = std::max(hi[2], z);
      }
  for (int k = 0; k < 3; k++) {
    lo_[k] = 2.f * float(lo[k]) / kSide - 1;
    hi_[k] = 2.f * float(hi[k] + 1) / kSide - 1;
  }
}

OccupancyView Occupancy::view() const {
  OccupancyView v{bits_.data(), {}, {}};
  std::copy(lo_, lo_ + 3, v.lo);
  std::copy(hi_, hi_ + 3, v.hi);
  return v;
}

}  // namespace portrait
