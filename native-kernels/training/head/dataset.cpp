#include "dataset.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>

namespace portrait {
namespace {

constexpr size_t kPixelBytes = 8;
constexpr int kMaxCropSide = 65535;  // the sampler packs a position in the crop into 16 bits a coordinate
constexpr int kMaxPosition = 1 << 20;

Status invalid(const std::string& message) { return Status::error(StatusCode::invalid_argument, message); }

// Frames without a face have rectangles of NaN: those count as empty, so do absurd ones.
bool usable(const Rect& r) {
  for (float v : {r.left, r.top, r.right, r.bottom})
    if (!(std::fabs(v) <= 1e6f)) return false;
  return true;
}

Status read_exactly(int fd, uint8_t* out, size_t bytes, off_t at) {
  while (bytes) {
    const ssize_t n = pread(fd, out, bytes, at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0)
      return Status::error(StatusCode::io_error, std::string("reading the packed dataset failed: ") +
                                                     (n < 0 ? std::strerror(errno) : "the file ended early"));
    out += n;
    at += n;
    bytes -= size_t(n);
  }
  return {};
}

}  // namespace

Dataset::~Dataset() {
  if (fd_ >= 0) close(fd_);
}

Status Dataset::open(DatasetArrays arrays, const AudioShape& audio) {
  a_ = std::move(arrays);
  if (a_.frames < 1) return invalid("dataset: frames must be at least 1");
  window_ = size_t(audio.window_floats());
  const size_t f = size_t(a_.frames);
  if (a_.crop_width < 8 || a_.crop_height < 8)
    return invalid("dataset: the crop must be at least 8 pixels wide and high");
  if (a_.crop_left < 0 || a_.crop_top < 0)
    return invalid("dataset: the crop must not begin left of or above the picture");
  if (a_.crop_width > kMaxCropSide || a_.crop_height > kMaxCropSide || a_.crop_left > kMaxPosition ||
      a_.crop_top > kMaxPosition)
    return invalid("dataset: the crop must be at most 65535 pixels wide and high, and begin within 1048576 pixels");
  auto sized = [&](size_t have, size_t want, const char* name) {
    return have == want ? Status{}
                        : invalid(std::string("dataset: ") + name + " must have " + std::to_string(want) +
                                  " values but has " + std::to_string(have));
  };
  for (const Status& s : {sized(a_.cameras.size(), 12 * f, "cameras"), sized(a_.eye.size(), f, "eye"),
                          sized(a_.audio.size(), window_ * f, "audio"), sized(a_.face.size(), f, "faceRect"),
                          sized(a_.lips.size(), f, "lipsRect"), sized(a_.left_eye.size(), f, "leftEyeRect"),
                          sized(a_.right_eye.size(), f, "rightEyeRect")})
    if (!s.ok()) return s;
  if (a_.train_frames.empty()) return invalid("dataset: trainFrames is empty");
  for (int32_t i : a_.train_frames)
    if (i < 0 || i >= a_.frames)
      return invalid("dataset: trainFrames holds frame " + std::to_string(i) + " of " + std::to_string(a_.frames));
  for (const auto* list : {&a_.cameras, &a_.eye, &a_.audio})
    for (float v : *list)
      if (!std::isfinite(v))
        return Status::error(StatusCode::non_finite, "dataset: cameras, eye or audio hold a value that is not finite");

  for (int f = 0; f < a_.frames; f++)
    if (Status s = camera(f).check(); !s.ok()) return invalid("dataset: frame " + std::to_string(f) + ": " + s.message);
  for (auto* rects : {&a_.face, &a_.lips, &a_.left_eye, &a_.right_eye})
    for (Rect& r : *rects)
      if (!usable(r)) r = {0, 0, 0, 0};

  fd_ = ::open(a_.packed_path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0)
    return Status::error(StatusCode::io_error,
                         "cannot open the packed dataset " + a_.packed_path + ": " + std::strerror(errno));
  struct stat info;
  const size_t want = f * size_t(a_.crop_width) * size_t(a_.crop_height) * kPixelBytes;
  if (fstat(fd_, &info) != 0 || size_t(info.st_size) != want)
    return Status::error(StatusCode::io_error, "the packed dataset " + a_.packed_path + " should have " +
                                                   std::to_string(want) + " bytes but has " +
                                                   std::to_string(info.st_size));
  return {};
}

Camera Dataset::camera(int frame) const {
  Camera c;
  std::memcpy(c.matrix, a_.cameras.data() + 12 * size_t(frame), sizeof c.matrix);
  c.focal = a_.focal;
  c.cx = a_.cx;
  c.cy = a_.cy;
  return c;
}

Status Dataset::read_pixels(int frame, const uint32_t* xs, const uint32_t* ys, size_t count, uint8_t* out) const {
  const size_t width = size_t(a_.crop_width), pixels = width * size_t(a_.crop_height);
  const off_t base = off_t(size_t(frame) * pixels * kPixelBytes);
  auto at = [&](size_t i) {
    return (size_t(ys[i]) - size_t(a_.crop_top)) * width + size_t(xs[i]) - size_t(a_.crop_left);
  };
  if (count * 16 > pixels) {  // dense: one read of the frame costs less than a call a pixel
    std::vector<uint8_t> whole(pixels * kPixelBytes);
    if (Status s = read_exactly(fd_, whole.data(), whole.size(), base); !s.ok()) return s;
    for (size_t i = 0; i < count; i++)
      std::memcpy(out + i * kPixelBytes, whole.data() + at(i) * kPixelBytes, kPixelBytes);
    return {};
  }
  for (size_t i = 0; i < count; i++)
    if (Status s = read_exactly(fd_, out + i * kPixelBytes, kPixelBytes, base + off_t(at(i) * kPixelBytes)); !s.ok())
      return s;
  return {};
}

void Dataset::audio_input(int frame, const AudioShape& shape, float* out) const {
  const int first = shape.attention ? frame - kAttentionWindows / 2 : frame;
  for (int w = 0; w < shape.windows(); w++) {
    const int at = first + w;
    float* to = out + size_t(w) * window_;
    if (at < 0 || at >= a_.frames)
      std::memset(to, 0, window_ * sizeof(float));
    else
      std::memcpy(to, a_.audio.data() + size_t(at) * window_, window_ * sizeof(float));
  }
}

}  // namespace portrait
