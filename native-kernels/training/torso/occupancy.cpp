// Occupancy grid of the torso trainer: which pixels are worth evaluating. Kept as a decaying maximum of the model's own
// opacity (rad-nerf). Ours: the alpha targets are known, so cells they cover never die, and cells far from all never
// live.
#include <algorithm>
#include <cmath>

#include "runtime/kernel_table.h"
#include "portrait/rng.h"
#include "portrait/thread_pool.h"
#include "trainer.h"

namespace portrait {
namespace {

constexpr int kSide = kTorsoOccupancySide;
constexpr int kMarkFrames = 96;  // frames looked at for covered cells
constexpr int kCoverCells = 1;   // round a target, always occupied
constexpr int kNearCells = 8;    // round a target, may be occupied: 1/16 of the picture's side
constexpr float kDecay = 0.95f;
constexpr int kPool = 2;  // 5 x 5 maximum

// Maximum over a (2 reach + 1)^2 window, one axis after the other.
template <class V>
std::vector<V> widest(const std::vector<V>& in, int reach) {
  std::vector<V> half(in.size()), out(in.size());
  for (int y = 0; y < kSide; y++)
    for (int x = 0; x < kSide; x++)
      half[y * kSide + x] = *std::max_element(&in[y * kSide + std::max(0, x - reach)],
                                              &in[y * kSide + std::min(kSide - 1, x + reach)] + 1);
  for (int y = 0; y < kSide; y++)
    for (int x = 0; x < kSide; x++) {
      V top = half[y * kSide + x];
      for (int k = std::max(0, y - reach); k <= std::min(kSide - 1, y + reach); k++)
        top = std::max(top, half[k * kSide + x]);
      out[y * kSide + x] = top;
    }
  return out;
}

}  // namespace

Status TorsoTrainer::mark_targets() {
  const TorsoDatasetInfo& d = dataset_.info();
  std::vector<uint8_t> seen(size_t(kSide) * kSide, 0);
  const size_t wanted = std::min<size_t>(kMarkFrames, d.train_frames.size());
  for (size_t i = 0; i < wanted; i++) {
    const Status status =
        dataset_.read_rows(d.train_frames[i * d.train_frames.size() / wanted], 0, d.crop_height, pixels_[0].data());
    if (!status.ok()) return status;
    for (int y = 0; y < d.crop_height; y++)
      for (int x = 0; x < d.crop_width; x++) {
        if (pixels_[0][(size_t(y) * d.crop_width + x) * kTorsoPixelBytes + 6] == 0) continue;
        const int cx = int((d.left + x + 0.5) / d.width * kSide), cy = int((d.top + y + 0.5) / d.height * kSide);
        seen[size_t(cy) * kSide + cx] = 1;
      }
  }
  if (std::find(seen.begin(), seen.end(), 1) == seen.end())
    return Status::error(StatusCode::invalid_argument,
                         "torso dataset: no frame has a torso pixel (all alpha targets are 0)");
  covered_ = widest(seen, kCoverCells);
  near_ = widest(seen, kNearCells);
  for (size_t i = 0; i < near_.size(); i++) occupancy_.alpha[i] = near_[i] ? 1.f : 0.f;
  return {};
}

void TorsoTrainer::update_occupancy() {
  const TorsoDatasetInfo& d = dataset_.info();
  Rng rng(hash_counter(options_.seed ^ 0x0cc09a9c1ull, uint64_t(step_)));
  const int frame = d.train_frames[rng.below(uint32_t(d.train_frames.size()))];
  std::vector<float> x(kSide), y(kSide);
  for (auto* axis : {&x, &y})
    for (int i = 0; i < kSide; i++)
      (*axis)[i] = (float(i) + rng.uniform()) / kSide * 2 - 1;  // one jitter a row and a column
  cells_.set_lattice(model_.spec, x, y);
  cells_.project(model_.spec, params_.data());
  float bias[kTorsoHoistWidth];
  torso_frame_bias(model_.spec, params_.data(), pose_codes_.data() + size_t(frame) * kTorsoPose,
                   params_.data() + model_.spec.codes + size_t(frame) * kTorsoCode, bias);

  std::vector<float> fresh(size_t(kSide) * kSide, 0.f);
  std::vector<AlignedBuffer<TorsoActivations>> scratch(pool_threads());
  for (auto& s : scratch) s.reset(1);
  parallel_chunks(kSide, [&](size_t row, int thread) {
    int32_t column[kTorsoTile], rows[kTorsoTile];
    TorsoPixels pixels{
        cells_.columns.data(), cells_.rows.data(), bias, cells_.xs.data(), cells_.ys.data(), column, rows, 0};
    for (int i = 0; i < kSide; i++)
      if (near_[row * kSide + i]) {
        column[pixels.count] = i;
        rows[pixels.count++] = int32_t(row);
      }
    if (pixels.count == 0) return;
    kernels().torso.forward(prepared_.weights, pixels, scratch[thread][0]);
    for (int t = 0; t < pixels.count; t++) fresh[row * kSide + column[t]] = scratch[thread][0].rgba[t];
  });
  fresh = widest(fresh, kPool);
  for (size_t i = 0; i < fresh.size(); i++)
    occupancy_.alpha[i] = covered_[i] ? 1.f : near_[i] ? std::max(kDecay * occupancy_.alpha[i], fresh[i]) : 0.f;
}

void TorsoTrainer::refresh_live() {
  const TorsoDatasetInfo& d = dataset_.info();
  live_ = occupancy_.live(d.width, d.height, d.left, d.top, d.crop_width, d.crop_height);
}

}  // namespace portrait
