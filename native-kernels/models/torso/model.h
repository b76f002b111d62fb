// A torso model in memory: parameters, occupancy and what is derived from them before pixels can be evaluated.
// Not here: drawing frames (rendering/torso) and learning (training/torso).
#pragma once
#include <cstdint>
#include <mutex>
#include <vector>

#include "portrait/aligned.h"
#include "runtime/kernel_table.h"
#include "kernels.h"
#include "torso.h"

namespace portrait {

constexpr int kTorsoOccupancySide = 128;

// Maximum opacity seen in each cell of the image plane (rad-nerf: 128^2, decay 0.95, bilinear lookup).
struct TorsoOccupancy {
  std::vector<float> alpha =
      std::vector<float>(size_t(kTorsoOccupancySide) * kTorsoOccupancySide, 1.f);  // row major, y down
  float floor = 0.01f;

  float threshold() const;  // min(floor, mean)
  // Pixels of a width x height lattice to evaluate; a pixel centre at column c is at image coordinate (left + c + 0.5)
  // / full.
  std::vector<uint32_t> live(int full_width, int full_height, int left, int top, int width, int height) const;
};

struct TorsoModel {
  TorsoSpec spec;
  AlignedBuffer<float> params;
  TorsoOccupancy occupancy;
  uint64_t revision = 0;  // grows whenever params or occupancy change, so that caches know
  std::mutex guard;       // held by whoever reads or writes params and occupancy while another may write them

  TorsoModel(const TorsoConfig& config, uint64_t seed);
  void mean_code(float* code /*[8]*/) const;  // over all frames: the default appearance
};

// Transposes of the small matrices, in the shape tiles read them. Holds pointers into the parameters it was made from.
struct TorsoPrepared {
  AlignedBuffer<float> small;
  TorsoWeights weights{};
  void prepare(const TorsoSpec& spec, const float* params);
};

// Position terms of a lattice of columns and rows, and the pose and code terms of a frame.
struct TorsoHoist {
  int width = 0, height = 0;
  AlignedBuffer<float> xs, ys;            // [width], [height]: shrunk coordinates
  AlignedBuffer<float> x_codes, y_codes;  // [width padded, 24], [height padded, 24]: frequencies
  AlignedBuffer<float> columns, rows;     // [width padded, 96], [height padded, 96]

  // image coordinates in [-1,1], before the shrink
  void set_lattice(const TorsoSpec& spec, const std::vector<float>& x, const std::vector<float>& y);
  void project(const TorsoSpec& spec, const float* params, const KernelTable& table = kernels());
};
constexpr int kTorsoAxisLd = 24;

std::vector<float> torso_pixel_centres(int full, int first, int count);  // image coordinates in [-1,1]
void torso_pose_codes(const float* pose /*[6]*/, float* codes /*[54]*/);
void torso_frame_bias(const TorsoSpec& spec, const float* params, const float* pose_codes, const float* code,
                      float* bias /*[96]*/);
// d_params += ; d_code [8] += (may lie inside d_params)
void torso_frame_bias_backward(const TorsoSpec& spec, const float* params, const float* pose_codes, const float* code,
                               const float* d_bias, float* d_params, float* d_code);

}  // namespace portrait
