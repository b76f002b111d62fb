#include "dataset.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>

namespace portrait {

TorsoDataset::~TorsoDataset() {
  if (file_ >= 0) ::close(file_);
}

Status TorsoDataset::open(TorsoDatasetInfo info) {
  const auto bad = [](std::string what) {
    return Status::error(StatusCode::invalid_argument, "torso dataset: " + what);
  };
  if (info.width < 1 || info.height < 1 || info.frames < 1) return bad("width, height and frames must be at least 1");
  if (info.left < 0 || info.top < 0 || info.crop_width < 1 || info.crop_height < 1 ||
      int64_t(info.left) + info.crop_width > info.width || int64_t(info.top) + info.crop_height > info.height)
    return bad("the crop does not lie inside the picture");
  if (info.poses.size() != size_t(info.frames) * 6) return bad("pose6 must hold 6 numbers a frame");
  for (float v : info.poses)
    if (!std::isfinite(v)) return bad("pose6 holds a number that is not finite");
  if (info.train_frames.empty()) return bad("there is no frame to train on");
  for (int32_t f : info.train_frames)
    if (f < 0 || f >= info.frames)
      return bad("train frame " + std::to_string(f) + " is outside 0.." + std::to_string(info.frames - 1));
  const int file = ::open(info.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Status::error(StatusCode::io_error, "torso dataset " + info.path + ": " + std::strerror(errno));
  if (file_ >= 0) ::close(file_);
  file_ = file;
  info_ = std::move(info);
  struct stat about{};
  if (fstat(file_, &about) != 0)
    return Status::error(StatusCode::io_error, "torso dataset " + info_.path + ": " + std::strerror(errno));
  const size_t wanted = frame_bytes() * size_t(info_.frames);
  if (size_t(about.st_size) != wanted)
    return Status::error(StatusCode::io_error, "torso dataset " + info_.path + " has " + std::to_string(about.st_size) +
                                                   " bytes, " + std::to_string(info_.frames) +
                                                   " frames of this crop need " + std::to_string(wanted));
  return {};
}

Status TorsoDataset::read_rows(int frame, int first, int count, uint8_t* frame_pixels) const {
  size_t left = size_t(count) * row_bytes();
  uint8_t* to = frame_pixels + size_t(first) * row_bytes();
  off_t at = off_t(size_t(frame) * frame_bytes() + size_t(first) * row_bytes());
  while (left > 0) {
    const ssize_t got = pread(file_, to, left, at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      return Status::error(StatusCode::io_error, "torso dataset " + info_.path + ", frame " + std::to_string(frame) +
                                                     ": " + (got == 0 ? "the file ends early" : std::strerror(errno)));
    to += got;
    at += got;
    left -= size_t(got);
  }
  return {};
}

}  // namespace portrait
