#include "renderer.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>

#include "portrait/thread_pool.h"

namespace portrait {
namespace {
constexpr int kTileSide = 16;
static_assert(kTileSide * kTileSide <= kTraceRays);

uint8_t to_byte(float v) {
  const float scaled = v * 255.f + 0.5f;
  return uint8_t(scaled > 0 ? (scaled < 255.f ? scaled : 255.f) : 0.f);  // NaN becomes 0
}
}  // namespace

Status render_head(Head& head, const HeadView& view, uint8_t* out, float* weights_sum, AbortFlag abort,
                   RenderStats* stats) {
  const auto started = std::chrono::steady_clock::now();
  HeadDevice& device = head.device();
  if (view.precision == Precision::bf16 && !device.supports_bf16())
    return Status::error(StatusCode::not_supported,
                         "bf16 rendering is not supported, because this processor has neither "
                         "AVX512-BF16 nor AMX");
  device.prepare(head.params().data(), view.precision);
  HeadFrame frame = view.frame;
  device.condition(frame);
  const OccupancyView occupancy = head.occupancy().view();
  RayLoss options{};
  options.max_samples = head.config().max_samples;
  options.round = 2;
  options.early_stop_eps = view.early_stop_eps;
  float origin[3];
  view.camera.origin(origin);

  const int columns = (view.width + kTileSide - 1) / kTileSide, rows = (view.height + kTileSide - 1) / kTileSide;
  std::vector<RayStats> per_thread(size_t(device.threads()), RayStats{});
  std::atomic<bool> stopped{false};
  auto tile = [&](size_t index, int thread) {
    if (stopped.load(std::memory_order_relaxed) || abort.raised()) {
      stopped = true;
      return;
    }
    const int left = int(index) % columns * kTileSide, top = int(index) / columns * kTileSide;
    const int width = std::min(kTileSide, view.width - left), height = std::min(kTileSide, view.height - top);
    float dirs[kTraceRays * 3] = {}, colors[kTraceRays * 3], transmittance[kTraceRays];
    size_t pixels[kTraceRays];
    int rays = 0;
    for (int y = top; y < top + height; y++)
      for (int x = left; x < left + width; x++) {
        const size_t pixel = size_t(y) * size_t(view.width) + size_t(x);
        if (view.region && !view.region[pixel]) {
          std::copy_n(view.background + 3 * pixel, 3, out + 3 * pixel);
          if (weights_sum) weights_sum[pixel] = 0;
          continue;
        }
        view.camera.direction(float(x) + 0.5f, float(y) + 0.5f, dirs + 3 * rays);
        pixels[rays++] = pixel;
      }
    if (rays == 0) return;
    device.trace(thread, frame, occupancy, origin, dirs, nullptr, rays, options, colors, transmittance,
                 &per_thread[size_t(thread)]);
    for (int i = 0; i < rays; i++) {
      const size_t pixel = pixels[i];
      for (size_t k = 0; k < 3; k++)
        out[3 * pixel + k] =
            to_byte(colors[3 * size_t(i) + k] + transmittance[i] * float(view.background[3 * pixel + k]) / 255.f);
      if (weights_sum) weights_sum[pixel] = 1 - transmittance[i];
    }
  };
  const size_t tiles = size_t(columns) * size_t(rows);
  if (device.threads() == 1)
    for (size_t i = 0; i < tiles; i++) tile(i, 0);
  else
    parallel_chunks(tiles, tile);
  if (stopped) return Status::error(StatusCode::aborted, "rendering was stopped");
  for (const RayStats& s : per_thread) {
    stats->samples += s.samples;
    stats->rays_hit += s.hits;
  }
  stats->milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  return {};
}

}  // namespace portrait
