// A tiny talking head: a coloured ellipsoid that turns a little, with a mouth box whose colour follows a 1-D audio
// signal. Written to a packed file under the test's temporary folder.
#pragma once
#include <fstream>

#include "example_options.h"
#include "harness.h"
#include "training/head/trainer.h"

namespace portrait::test {

struct SyntheticClip {
  static constexpr int kSide = 48, kFrames = 24, kAudio = 6;
  DatasetArrays arrays;
  std::vector<uint8_t> packed;
  std::vector<uint8_t> hull = std::vector<uint8_t>(kOccupancyCells, 0);

  explicit SyntheticClip(const std::string& path) {
    const float radius[3] = {0.42f, 0.5f, 0.42f};
    arrays.packed_path = path;
    arrays.frames = kFrames;
    arrays.crop_width = arrays.crop_height = kSide;
    arrays.focal = kSide * 2.6f;
    arrays.cx = arrays.cy = kSide / 2.f;
    packed.resize(size_t(kFrames) * kSide * kSide * 8);
    for (int f = 0; f < kFrames; f++) {
      const float yaw = 0.2f * std::sin(float(f) * 0.5f), signal = 0.5f + 0.5f * std::sin(float(f) * 1.7f),
                  c = std::cos(yaw), s = std::sin(yaw);
      const float matrix[12] = {c, 0, s, 3.3f * s, 0, 1, 0, 0, -s, 0, c, 3.3f * c};
      arrays.cameras.insert(arrays.cameras.end(), matrix, matrix + 12);
      arrays.eye.push_back(0.25f);
      for (int k = 0; k < kAudio; k++) arrays.audio.push_back(std::sin(signal * 3 + float(k)));
      const Rect mouth = {17, 26, 31, 36};
      arrays.lips.push_back(mouth);
      arrays.face.push_back({12, 16, 36, 40});
      arrays.left_eye.push_back({26, 17, 32, 22});
      arrays.right_eye.push_back({16, 17, 22, 22});
      if (f < kFrames - 3) arrays.train_frames.push_back(f);
      Camera camera;
      std::copy(matrix, matrix + 12, camera.matrix);
      camera.focal = arrays.focal;
      camera.cx = camera.cy = arrays.cx;
      float o[3], d[3];
      camera.origin(o);
      for (int y = 0; y < kSide; y++)
        for (int x = 0; x < kSide; x++) {
          camera.direction(float(x) + 0.5f, float(y) + 0.5f, d);
          double a = 0, b = 0, cc = -1;
          for (int k = 0; k < 3; k++) {
            a += double(d[k] * d[k] / (radius[k] * radius[k]));
            b += double(o[k] * d[k] / (radius[k] * radius[k]));
            cc += double(o[k] * o[k] / (radius[k] * radius[k]));
          }
          const double discriminant = b * b - a * cc;
          uint8_t* pixel = packed.data() + (size_t(f) * kSide * kSide + size_t(y) * kSide + size_t(x)) * 8;
          const uint8_t background[3] = {uint8_t(60 + 2 * x), 120, uint8_t(160 - y)};
          std::copy(background, background + 3, pixel);
          std::copy(background, background + 3, pixel + 3);
          if (discriminant <= 0) continue;
          const double t = (-b - std::sqrt(discriminant)) / a;
          const float px = o[0] + float(t) * d[0], py = o[1] + float(t) * d[1];
          const bool in_mouth = std::fabs(px) < 0.15f && std::fabs(py + 0.18f) < 0.08f;
          pixel[0] = in_mouth ? uint8_t(40 + 200 * signal) : uint8_t(200 + 40 * px);
          pixel[1] = in_mouth ? 30 : uint8_t(150 + 60 * py);
          pixel[2] = in_mouth ? 40 : 120;
          pixel[6] = 1;
        }
    }
    for (int z = 0; z < kOccupancySide; z++)
      for (int y = 0; y < kOccupancySide; y++)
        for (int x = 0; x < kOccupancySide; x++) {
          float r = 0;
          const int cell[3] = {x, y, z};
          for (int k = 0; k < 3; k++) r += std::pow(((float(cell[k]) + 0.5f) / 64 - 1) / radius[k], 2.f);
          if (r < 1.3f && r > 0.5f) hull[(size_t(z) * kOccupancySide + size_t(y)) * kOccupancySide + size_t(x)] = 1;
        }
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(packed.data()), std::streamsize(packed.size()));
  }

  std::shared_ptr<Dataset> open(const HeadConfig& config) const {
    auto data = std::make_shared<Dataset>();
    const Status s = data->open(arrays, audio_shape_of(config));
    EXPECT_TRUE(s.ok()) << s.message;
    return data;
  }
};

// Small enough for the double-precision backend.
inline HeadConfig synthetic_config() {
  HeadConfig c = example_head_config();
  c.audio_inputs = SyntheticClip::kAudio;
  c.spatial_grid = {GridIndexing::tiled, 8, 128, 1 << 13};
  c.ambient_grid = {GridIndexing::tiled, 4, 32, 1 << 12};
  return c;
}
inline HeadTrainingOptions synthetic_options() {
  HeadTrainingOptions o = example_head_training();
  o.steps = 200;
  o.rays_per_step = 512;
  o.frames_per_step = 4;
  o.audio_noise = 0.05f;
  return o;
}

}  // namespace portrait::test
