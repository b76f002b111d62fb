// Maximum occupancy grid (paper section 3.4): the largest density seen in each of 128^3 cells over audio conditions,
// kept as a decaying maximum (reference code: 0.95), thresholded to bits and dilated by one cell.
// Density -1 marks a cell that is never updated and never occupied (outside the visual hull).
// Storage is linear, x fastest, not Morton order: dilation is word shifts, and marching needs no interleaving.
#pragma once
#include <cstdint>
#include <vector>

#include "ops/march_rays/march_rays.h"

namespace portrait {

constexpr size_t kOccupancyCells = size_t(kOccupancySide) * kOccupancySide * kOccupancySide;

class Occupancy {
 public:
  Occupancy();  // every cell live and occupied

  // keep [128^3], x fastest: 1 live and occupied, 0 never.
  void set_from_mask(const uint8_t* keep);
  void set_density(const float* density);  // [128^3]

  // New bits from the densities: occupied where density > min(mean, 10), then 6-neighbour dilation, then the tight box.
  void pack();

  OccupancyView view() const;
  std::vector<float>& density() { return density_; }
  const std::vector<float>& density() const { return density_; }
  const std::vector<uint32_t>& bits() const { return bits_; }
  bool occupied(size_t cell) const { return bits_[cell >> 5] >> (cell & 31) & 1; }
  double fraction() const { return double(occupied_cells_) / double(kOccupancyCells); }
  float threshold() const { return threshold_; }

 private:
  void dilate(const std::vector<uint32_t>& in);
  void find_box();

  std::vector<float> density_;
  std::vector<uint32_t> bits_;
  float lo_[3], hi_[3];
  size_t occupied_cells_ = 0;
  float threshold_ = 0;
};

}  // namespace portrait
