// The packed training pictures of the torso: one file, frame after frame, each a crop of the picture of 8 bytes a pixel
// [r, g, b, plate r, g, b, alpha target (0 or 255), 0], rows from the top. Read with pread: memory does not grow with
// length.
#pragma once
#include <string>
#include <vector>

#include "portrait/status.h"

namespace portrait {

struct TorsoDatasetInfo {
  std::string path;
  int width = 0, height = 0;                               // whole picture, pixels
  int left = 0, top = 0, crop_width = 0, crop_height = 0;  // the part in the file
  int frames = 0;
  std::vector<float> poses;           // [frames, 6]: Euler XYZ (radians) and translation of the head pose
  std::vector<int32_t> train_frames;  // frames to learn from
};

class TorsoDataset {
 public:
  TorsoDataset() = default;
  ~TorsoDataset();
  TorsoDataset(const TorsoDataset&) = delete;
  TorsoDataset& operator=(const TorsoDataset&) = delete;

  Status open(TorsoDatasetInfo info);
  const TorsoDatasetInfo& info() const { return info_; }
  size_t row_bytes() const { return size_t(info_.crop_width) * 8; }
  size_t frame_bytes() const { return row_bytes() * size_t(info_.crop_height); }
  // Rows [first, first + count) of a frame, into their place of a whole-frame buffer. May be called from any thread.
  Status read_rows(int frame, int first, int count, uint8_t* frame_pixels) const;

 private:
  TorsoDatasetInfo info_;
  int file_ = -1;
};

}  // namespace portrait
