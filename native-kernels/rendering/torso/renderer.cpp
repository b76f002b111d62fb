#include "renderer.h"

#include <algorithm>
#include <cstring>

#include "runtime/kernel_table.h"
#include "portrait/thread_pool.h"

namespace portrait {

void TorsoRenderer::fit(const TorsoModel& model, int width, int height) {
  const bool fresh = model_ != &model || revision_ != model.revision, resized = width_ != width || height_ != height;
  if (scratch_.empty()) {
    scratch_.resize(pool_threads());
    for (auto& s : scratch_) s.reset(1);
  }
  if (!fresh && !resized) return;
  if (fresh || resized) {
    hoist_.set_lattice(model.spec, torso_pixel_centres(width, 0, width), torso_pixel_centres(height, 0, height));
    hoist_.project(model.spec, model.params.data());
    live_ = model.occupancy.live(width, height, 0, 0, width, height);
  }
  if (fresh) {
    prepared_.prepare(model.spec, model.params.data());
    model.mean_code(mean_code_);
  }
  model_ = &model;
  revision_ = model.revision;
  width_ = width;
  height_ = height;
}

Status TorsoRenderer::render(const TorsoModel& model, const TorsoRenderFrame& frame, const AbortFlag& abort) {
  fit(model, frame.width, frame.height);
  float pose_codes[kTorsoPose], bias[kTorsoHoistWidth];
  torso_pose_codes(frame.pose, pose_codes);
  torso_frame_bias(model.spec, model.params.data(), pose_codes, frame.code ? frame.code : mean_code_, bias);
  const size_t bytes = size_t(frame.width) * frame.height * 3;
  if (!frame.background)
    std::memset(frame.out, 0, bytes);
  else if (frame.out != frame.background)
    std::memcpy(frame.out, frame.background, bytes);
  if (frame.alpha) std::memset(frame.alpha, 0, size_t(frame.width) * frame.height);

  const size_t tiles = (live_.size() + kTorsoTile - 1) / kTorsoTile;
  parallel_chunks(tiles, [&](size_t tile, int thread) {
    if (abort.raised()) return;
    const uint32_t* picked = live_.data() + tile * kTorsoTile;
    const int count = int(std::min(size_t(kTorsoTile), live_.size() - tile * kTorsoTile));
    int32_t column[kTorsoTile], row[kTorsoTile];
    for (int t = 0; t < count; t++) {
      column[t] = int32_t(picked[t] % uint32_t(frame.width));
      row[t] = int32_t(picked[t] / uint32_t(frame.width));
    }
    TorsoActivations& a = scratch_[thread][0];
    kernels().torso.forward(
        prepared_.weights,
        {hoist_.columns.data(), hoist_.rows.data(), bias, hoist_.xs.data(), hoist_.ys.data(), column, row, count}, a);
    for (int t = 0; t < count; t++) {
      const float alpha = a.rgba[t];
      uint8_t* to = frame.out + size_t(picked[t]) * 3;
      for (int c = 0; c < 3; c++)
        to[c] = uint8_t(255.f * alpha * a.rgba[(1 + c) * kTorsoTile + t] + (1.f - alpha) * to[c] + .5f);
      if (frame.alpha) frame.alpha[picked[t]] = uint8_t(255.f * alpha + .5f);
    }
  });
  if (abort.raised()) return Status::error(StatusCode::aborted, "torso rendering stopped on request");
  return {};
}

}  // namespace portrait
