// Torso model (paper 3.3, pseudo-3D deformable module): one pixel coordinate, moved by a small network that knows the
// head pose, reads a 2D feature grid; a second network turns the feature into opacity and colour. Here: shapes,
// parameter layout and the double-precision reference. Fast tiles: cpu.cpp. Whole frames: rendering/torso. Training:
// training/torso.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "ops/grid_encode/grid_spec.h"
#include "portrait/options.h"
#include "portrait/status.h"

namespace portrait {

constexpr int kTorsoPosOctaves = 10;                  // rad-nerf network: frequencies 2^0..2^9 of each coordinate
constexpr int kTorsoPoseOctaves = 4;                  // 2^0..2^3 of each of the six pose numbers
constexpr int kTorsoAxis = 1 + 2 * kTorsoPosOctaves;  // 21 inputs a coordinate
constexpr int kTorsoPos = 2 * kTorsoAxis;             // 42
constexpr int kTorsoPose = 6 * (1 + 2 * kTorsoPoseOctaves);    // 54
constexpr int kTorsoCode = 8;                                  // appearance code of a frame
constexpr int kTorsoIn = kTorsoPos + kTorsoPose + kTorsoCode;  // 104
constexpr int kTorsoDeform = 64;                               // hidden units of the deformation network
constexpr int kTorsoColor = 32;                                // hidden units of the colour network
constexpr int kTorsoFeature = kGridLevels * kGridChannels;     // 32
constexpr int kTorsoOut = 4;                                   // alpha, r, g, b

Status check_torso(const TorsoConfig& config);

// Grid and offsets of each tensor in the one flat parameter vector. Weights are [in, out], row major, no biases.
struct TorsoSpec {
  TorsoConfig config;
  GridSpec grid;
  size_t table = 0;  // [grid.entries, 2]
  size_t deform0;    // [104, 64]: rows x 21, y 21, pose 54, code 8
  size_t deform1;    // [64, 64]
  size_t deform2;    // [64, 2]: shift of x and y
  size_t color0;     // [136, 32]: rows grid 32, x 21, y 21, pose 54, code 8
  size_t color1;     // [32, 32]
  size_t color2;     // [32, 4]
  size_t codes;      // [frames, 8]
  size_t total;
  explicit TorsoSpec(const TorsoConfig& config);
};

struct TorsoLossWeights {
  float entropy_weight;  // of alpha, log base 2
  float alpha_weight;    // ours: squared error of alpha, because plate and torso colour may coincide
};

struct TorsoLoss {
  double total = 0;                          // weighted sum
  double color = 0, entropy = 0, alpha = 0;  // unweighted means over rays
};

// One supervised pixel of the reference. Coordinates are image coordinates in [-1,1], x to the right, y down.
struct TorsoRay {
  int32_t frame;
  double x, y;
  double target[3], background[3], alpha_target;  // in [0,1]
};

// Frequency code of one number: v, then sin(2^o v), cos(2^o v) octave by octave. out: [1 + 2 octaves].
void torso_frequencies(double v, int octaves, double* out);

// Reference of one pixel. rgba [4] = alpha, r, g, b; moved [2] = deformed coordinate after the clamp, or null.
void torso_reference_pixel(const TorsoSpec& spec, const double* params, const double* pose /*[6]*/,
                           const double* code /*[8]*/, double x, double y, double* rgba, double* moved);

// Reference of the loss over n rays; d_params [spec.total] is added to, or null.
TorsoLoss torso_reference_loss(const TorsoSpec& spec, const TorsoLossWeights& weights,
                               const double* params,  // [spec.total]
                               const double* poses,   // [frames, 6]
                               const TorsoRay* rays, size_t n, double* d_params);

}  // namespace portrait
