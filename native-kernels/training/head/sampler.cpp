#include "sampler.h"

#include <algorithm>
#include <cmath>

#include "portrait/thread_pool.h"

namespace portrait {
namespace {

bool inside(const Rect& r, float x, float y) { return x >= r.left && x < r.right && y >= r.top && y < r.bottom; }

}  // namespace

int Sampler::draw_frame(Rng& rng) const {
  const auto& frames = data_.arrays().train_frames;
  const size_t i = size_t(double(rng.uniform()) * double(frames.size()));
  return frames[std::min(i, frames.size() - 1)];
}

void Sampler::draw_pixel(Rng& rng, int frame, uint32_t& x, uint32_t& y) const {
  const DatasetArrays& a = data_.arrays();
  const float kind = rng.uniform(), u = rng.uniform(), v = rng.uniform();
  Rect box = {float(a.crop_left), float(a.crop_top), float(a.crop_left + a.crop_width),
              float(a.crop_top + a.crop_height)};
  const Rect crop = box;
  if (kind < options_.mouth_share)
    box = a.lips[size_t(frame)];
  else if (kind < options_.mouth_share + options_.eyes_share * 0.5f)
    box = a.left_eye[size_t(frame)];
  else if (kind < options_.mouth_share + options_.eyes_share)
    box = a.right_eye[size_t(frame)];
  const Rect clipped = {std::max(box.left, crop.left), std::max(box.top, crop.top), std::min(box.right, crop.right),
                        std::min(box.bottom, crop.bottom)};
  if (clipped.right - clipped.left >= 1 && clipped.bottom - clipped.top >= 1)
    box = clipped;
  else
    box = crop;  // no such box in this frame, or outside the crop
  x = uint32_t(std::clamp(int(box.left + u * (box.right - box.left)), a.crop_left, a.crop_left + a.crop_width - 1));
  y = uint32_t(std::clamp(int(box.top + v * (box.bottom - box.top)), a.crop_top, a.crop_top + a.crop_height - 1));
}

Status Sampler::read(const StepFrame& frame, const uint32_t* xs, const uint32_t* ys, float ambient,
                     RayTask* rays) const {
  const DatasetArrays& a = data_.arrays();
  const Camera camera = data_.camera(frame.index);
  const Rect face = a.face[size_t(frame.index)];
  std::vector<uint8_t> pixels(frame.count * 8);
  if (Status s = data_.read_pixels(frame.index, xs, ys, frame.count, pixels.data()); !s.ok()) return s;
  for (size_t i = 0; i < frame.count; i++) {
    RayTask& ray = rays[i];
    const float px = float(xs[i]) + 0.5f, py = float(ys[i]) + 0.5f;
    camera.direction(px, py, ray.dir);
    for (int k = 0; k < 3; k++) {
      ray.target[k] = float(pixels[8 * i + size_t(k)]) / 255.f;
      ray.background[k] = float(pixels[8 * i + 3 + size_t(k)]) / 255.f;
      ray.d_color[k] = 0;
    }
    ray.weight = 1;
    ray.ambient = inside(face, px, py) ? 0.f : ambient;
  }
  return {};
}

Status Sampler::draw_rays(Rng& rng, float ambient, StepRays& step) const {
  const DatasetArrays& a = data_.arrays();
  const size_t frames = size_t(options_.frames_per_step),
               per_frame = std::max<size_t>(1, size_t(options_.rays_per_step) / frames);
  step.frames.assign(frames, StepFrame{});
  step.rays.resize(frames * per_frame);
  step.patch_width = step.patch_height = 0;
  std::vector<uint32_t> xs(step.rays.size()), ys(step.rays.size());
  std::vector<uint64_t> order(per_frame);
  const uint32_t blocks = uint32_t(a.crop_width + 7) / 8;
  for (size_t f = 0; f < frames; f++) {
    StepFrame& frame = step.frames[f];
    frame.index = draw_frame(rng);
    frame.first = f * per_frame;
    frame.count = per_frame;
    data_.camera(frame.index).origin(frame.origin);
    for (size_t i = 0; i < per_frame; i++) {
      uint32_t x, y;
      draw_pixel(rng, frame.index, x, y);
      const uint32_t cx = x - uint32_t(a.crop_left), cy = y - uint32_t(a.crop_top);
      const uint64_t block = uint64_t((cy / 8) * blocks + cx / 8) * 64 + (cy % 8) * 8 + cx % 8;
      order[i] = block << 32 | uint64_t(cy) << 16 | cx;
    }
    std::sort(order.begin(), order.end());
    for (size_t i = 0; i < per_frame; i++) {
      xs[frame.first + i] = uint32_t(order[i] & 0xffff) + uint32_t(a.crop_left);
      ys[frame.first + i] = uint32_t(order[i] >> 16 & 0xffff) + uint32_t(a.crop_top);
      step.rays[frame.first + i].jitter = rng.uniform();
    }
  }
  std::vector<Status> results(frames);
  parallel_chunks(frames, [&](size_t f, int) {
    const StepFrame& frame = step.frames[f];
    results[f] = read(frame, xs.data() + frame.first, ys.data() + frame.first, ambient, step.rays.data() + frame.first);
  });
  for (const Status& s : results)
    if (!s.ok()) return s;
  return {};
}

Status Sampler::draw_patch(Rng& rng, const LipsOptions& lips_options, StepRays& step) const {
  const DatasetArrays& a = data_.arrays();
  step.frames.assign(1, StepFrame{});
  StepFrame& frame = step.frames[0];
  frame.index = draw_frame(rng);
  data_.camera(frame.index).origin(frame.origin);
  const Rect lips = a.lips[size_t(frame.index)];
  auto side = [&](float low, float high, int crop) {
    const int want = std::clamp(int(std::ceil(high - low)), lips_options.min_patch_size, lips_options.patch_size);
    return std::min(want, crop);
  };
  const int width = side(lips.left, lips.right, a.crop_width), height = side(lips.top, lips.bottom, a.crop_height);
  // A rectangle larger than the patch is seen through a random window; a smaller one is centred.
  auto start = [&](float low, float high, int size, int crop, int crop_size, float u) {
    const float slack = (high - low) - float(size);
    const float at = slack > 0 ? low + u * slack : low + slack * 0.5f;
    return std::clamp(int(std::floor(at)), crop, crop + crop_size - size);
  };
  const float u = rng.uniform(), v = rng.uniform();
  const int left = start(lips.left, lips.right, width, a.crop_left, a.crop_width, u);
  const int top = start(lips.top, lips.bottom, height, a.crop_top, a.crop_height, v);
  step.patch_width = width;
  step.patch_height = height;
  frame.count = size_t(width) * size_t(height);
  step.rays.resize(frame.count);
  std::vector<uint32_t> xs(frame.count), ys(frame.count);
  for (size_t i = 0; i < frame.count; i++) {
    xs[i] = uint32_t(left + int(i) % width);
    ys[i] = uint32_t(top + int(i) / width);
    step.rays[i].jitter = rng.uniform();
  }
  return read(frame, xs.data(), ys.data(), 0.f, step.rays.data());
}

}  // namespace portrait
