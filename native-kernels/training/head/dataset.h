// What a head is trained on. Pixels stay on disk and are read one by one, so that memory does not grow with the clip.
//
// Packed file: frame after frame, each crop_height rows of crop_width pixels of 8 bytes: r g b of the frame, r g b of
// the background behind the head (in-painted torso over the plate), label (1 = head), 0. Pixels outside the crop are
// never used.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ops/audio_net/audio_shape.h"
#include "portrait/camera.h"
#include "portrait/status.h"

namespace portrait {

struct Rect {
  float left, top, right, bottom;
};  // pixels of the full image

struct DatasetArrays {
  std::string packed_path;
  int frames = 0;
  int crop_left = 0, crop_top = 0, crop_width = 0, crop_height = 0;
  float focal = 0, cx = 0, cy = 0;                    // pixels of the full image
  std::vector<float> cameras;                         // [F][12]
  std::vector<float> eye;                             // [F]
  std::vector<float> audio;                           // [F][window floats]
  std::vector<Rect> face, lips, left_eye, right_eye;  // [F]
  std::vector<int32_t> train_frames;                  // indices
};

class Dataset {
 public:
  Dataset() = default;
  Dataset(const Dataset&) = delete;
  ~Dataset();
  Status open(DatasetArrays arrays, const AudioShape& audio);

  const DatasetArrays& arrays() const { return a_; }
  int frames() const { return a_.frames; }
  Camera camera(int frame) const;
  // 8 bytes of pixels (x, y), full-image coordinates inside the crop. Sorted positions read faster.
  Status read_pixels(int frame, const uint32_t* xs, const uint32_t* ys, size_t count, uint8_t* out) const;
  // The encoder's input at a frame, zero windows beyond both ends (attention looks at i-4 .. i+3).
  void audio_input(int frame, const AudioShape&, float* out) const;

 private:
  DatasetArrays a_;
  int fd_ = -1;
  size_t window_ = 0;
};

}  // namespace portrait
