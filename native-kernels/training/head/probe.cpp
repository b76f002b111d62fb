// Is the audio path alive? The commonest failure of this method is an ambient coordinate that collapses to zero or
// saturates, and then lips that never move. This looks at the visible surface in the mouth, the rest of the face and
// elsewhere, and at how far the coordinate moves there over training audio.
#include <cmath>

#include "trainer.h"

namespace portrait {
namespace {

struct Points {
  std::vector<float> x, y, z;
};

bool inside(const Rect& r, float x, float y) { return x >= r.left && x < r.right && y >= r.top && y < r.bottom; }

}  // namespace

Status HeadTrainer::probe_ambient(int points, int windows, AmbientReport* report) {
  Head& head = *head_;
  HeadDevice& device = head.device();
  device.prepare(head.params().data());
  const DatasetArrays& a = data_->arrays();
  const AudioShape& shape = head.layout().audio_shape;
  const OccupancyView occupancy = head.occupancy().view();
  Rng rng(0x9e3779b9u);  // its own generator: probing must not change training
  std::vector<float> input(size_t(shape.input_floats()));
  auto frame_condition = [&](int index) {
    HeadFrame frame{};
    data_->audio_input(index, shape, input.data());
    device.audio_forward(0, 0, input.data(), frame.code);
    frame.eye = a.eye[size_t(index)];
    std::copy_n(head.mean_appearance(), kAppearance, frame.appearance);
    device.condition(frame);
    return frame;
  };

  Points regions[3];
  for (int tries = 0; tries < points * 60; tries++) {
    const int index = a.train_frames[rng.below(uint32_t(a.train_frames.size()))];
    const Rect lips = a.lips[size_t(index)], face = a.face[size_t(index)];
    const int wanted = tries % 3;
    Rect box = wanted == 0   ? lips
               : wanted == 1 ? face
                             : Rect{float(a.crop_left), float(a.crop_top), float(a.crop_left + a.crop_width),
                                    float(a.crop_top + a.crop_height)};
    const float px = box.left + rng.uniform() * (box.right - box.left),
                py = box.top + rng.uniform() * (box.bottom - box.top);
    const int region = inside(lips, px, py) ? 0 : inside(face, px, py) ? 1 : 2;
    if (region != wanted || int(regions[region].x.size()) >= points) continue;
    const uint32_t ix = uint32_t(px), iy = uint32_t(py);
    if (int(ix) < a.crop_left || int(iy) < a.crop_top || int(ix) >= a.crop_left + a.crop_width ||
        int(iy) >= a.crop_top + a.crop_height)
      continue;
    uint8_t pixel[8];
    if (Status s = data_->read_pixels(index, &ix, &iy, 1, pixel); !s.ok()) return s;
    if (pixel[6] != 1) continue;  // not head
    const Camera camera = data_->camera(index);
    float origin[3], dir[3], ts[kMaxSamples + 16], x[kMaxSamples], y[kMaxSamples], z[kMaxSamples], sigma[kMaxSamples];
    camera.origin(origin);
    camera.direction(px, py, dir);
    const int n = march_ray<float>(occupancy, origin, dir, 0.f, head.config().max_samples, ts);
    if (!n) continue;
    for (int i = 0; i < n; i++) {
      x[i] = (origin[0] + ts[i] * dir[0]) * .5f + .5f;
      y[i] = (origin[1] + ts[i] * dir[1]) * .5f + .5f;
      z[i] = (origin[2] + ts[i] * dir[2]) * .5f + .5f;
    }
    device.query(0, frame_condition(index), x, y, z, n, sigma, nullptr);
    float transmittance = 1, best = 0;
    int at = 0;
    for (int i = 0; i < n; i++) {
      const float alpha = 1 - std::exp(-sigma[i] * kStep);
      if (alpha * transmittance > best) {
        best = alpha * transmittance;
        at = i;
      }
      transmittance *= 1 - alpha;
    }
    regions[region].x.push_back(x[at]);
    regions[region].y.push_back(y[at]);
    regions[region].z.push_back(z[at]);
  }

  AmbientRegion* out[3] = {&report->mouth, &report->face, &report->elsewhere};
  for (int r = 0; r < 3; r++) {
    const Points& p = regions[r];
    const int n = std::min(int(p.x.size()), kTileSamples);
    const size_t dims = size_t(head.layout().ambient_dim);
    std::vector<double> sum(dims * size_t(n), 0), square(dims * size_t(n), 0);
    double absolute = 0;
    std::vector<float> ambient(3 * size_t(n));
    for (int w = 0; w < windows && n; w++) {
      const size_t pick = size_t(w) * a.train_frames.size() / size_t(windows);
      const HeadFrame frame = frame_condition(a.train_frames[pick]);
      device.query(0, frame, p.x.data(), p.y.data(), p.z.data(), n, nullptr, ambient.data());
      for (size_t i = 0; i < size_t(n); i++)
        for (size_t c = 0; c < dims; c++) {
          const double v = double(ambient[3 * i + c]);
          sum[dims * i + c] += v / windows;
          square[dims * i + c] += v * v / windows;
          absolute += std::fabs(v) / (double(dims) * n * windows);
        }
    }
    double spread = 0;
    for (size_t i = 0; i < sum.size(); i++)
      spread += std::sqrt(std::max(0.0, square[i] - sum[i] * sum[i])) / double(sum.size());
    *out[r] = {spread, absolute, n};
  }
  return {};
}

}  // namespace portrait
