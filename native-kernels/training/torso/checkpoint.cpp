// Checkpoint of the torso trainer: header (with the instruction set and threads it was made with), then parameters,
// both Adam moments, average and occupancy as float32, then a checksum of everything before it. Native byte order (all
// supported machines are little-endian).
#include <cmath>
#include <cstring>

#include "portrait/thread_pool.h"
#include "runtime/kernel_table.h"
#include "trainer.h"

namespace portrait {
namespace {

constexpr char kMagic[8] = {'P', 'T', 'O', 'R', 'S', 'O', 'C', 'K'};
constexpr uint32_t kVersion = 2;  // 2: the header records the origin

struct Header {
  char magic[8];
  uint32_t version, step;
  uint64_t config, parameters, cells;
  CheckpointOrigin origin;
};

uint64_t digest(const void* data, size_t bytes, uint64_t seed = 0xcbf29ce484222325ull) {
  const auto* at = static_cast<const uint8_t*>(data);
  for (; bytes >= 8; at += 8, bytes -= 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    seed = (seed ^ word) * 0x100000001b3ull;
    seed ^= seed >> 29;
  }
  for (; bytes > 0; at++, bytes--) seed = (seed ^ *at) * 0x100000001b3ull;
  return seed;
}

}  // namespace

// What must agree for a continuation to mean the same: options, model shape and the dataset's shape and poses.
uint64_t TorsoTrainer::config_digest() const {
  const TorsoTrainingOptions& o = options_;
  const TorsoConfig& c = model_.spec.config;
  const TorsoDatasetInfo& d = dataset_.info();
  const double numbers[] = {double(o.steps),
                            double(o.rays_per_step),
                            double(o.frames_per_step),
                            o.grid_learning_rate,
                            o.net_learning_rate,
                            o.final_learning_rate_factor,
                            double(o.deform_octaves),
                            double(o.color_position),
                            double(o.color_pose),
                            o.entropy_weight,
                            o.alpha_weight,
                            o.ema_decay,
                            double(o.ema_interval),
                            double(o.occupancy_interval),
                            o.beta1,
                            o.beta2,
                            o.epsilon,
                            double(o.seed >> 32),
                            double(o.seed & 0xffffffffu),
                            double(c.frames),
                            c.torso_shrink,
                            double(c.finest_resolution),
                            double(c.table_entries),
                            double(d.width),
                            double(d.height),
                            double(d.left),
                            double(d.top),
                            double(d.crop_width),
                            double(d.crop_height),
                            double(d.frames)};
  const uint64_t shape = digest(numbers, sizeof numbers);
  return digest(d.train_frames.data(), d.train_frames.size() * 4, digest(d.poses.data(), d.poses.size() * 4, shape));
}

std::vector<uint8_t> TorsoTrainer::checkpoint() const {
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.step = uint32_t(step_);
  header.config = config_digest();
  header.parameters = params_.size();
  header.cells = occupancy_.alpha.size();
  header.origin = CheckpointOrigin::of(kernels().isa, pool_threads());
  std::vector<uint8_t> out(sizeof header + (4 * params_.size() + occupancy_.alpha.size()) * sizeof(float) +
                           sizeof(uint64_t));
  uint8_t* at = out.data();
  const auto put = [&at](const void* from, size_t bytes) {
    std::memcpy(at, from, bytes);
    at += bytes;
  };
  put(&header, sizeof header);
  for (const auto* part : {&params_, &m_, &v_, &ema_}) put(part->data(), part->size() * sizeof(float));
  put(occupancy_.alpha.data(), occupancy_.alpha.size() * sizeof(float));
  const uint64_t sum = digest(out.data(), size_t(at - out.data()));
  put(&sum, sizeof sum);
  return out;
}

Status TorsoTrainer::restore(const uint8_t* data, size_t bytes, CheckpointOrigin* origin) {
  const auto corrupt = [](const char* what) {
    return Status::error(StatusCode::corrupt_checkpoint, std::string("torso checkpoint: ") + what);
  };
  Header header;
  if (bytes < sizeof header + sizeof(uint64_t)) return corrupt("it is too short to be one");
  std::memcpy(&header, data, sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) return corrupt("it does not begin as one");
  if (header.version != kVersion)
    return Status::error(StatusCode::version_mismatch, "torso checkpoint: format version " +
                                                           std::to_string(header.version) + ", this build reads " +
                                                           std::to_string(kVersion));
  if (header.config != config_digest())
    return Status::error(StatusCode::version_mismatch,
                         "torso checkpoint: it was made with other options, another dataset or another model shape");
  const size_t wanted =
      sizeof header + (4 * params_.size() + occupancy_.alpha.size()) * sizeof(float) + sizeof(uint64_t);
  if (header.parameters != params_.size() || header.cells != occupancy_.alpha.size() || bytes != wanted)
    return corrupt("it is truncated or has bytes too many");
  uint64_t sum;
  std::memcpy(&sum, data + bytes - sizeof sum, sizeof sum);
  if (sum != digest(data, bytes - sizeof sum)) return corrupt("its checksum does not match");
  const Status ready = begin();
  if (!ready.ok()) return ready;
  const uint8_t* at = data + sizeof header;
  for (size_t i = 0; i < 4 * params_.size() + occupancy_.alpha.size(); i++) {
    float v;
    std::memcpy(&v, at + i * sizeof v, sizeof v);
    if (!std::isfinite(v)) return corrupt("it holds numbers that are not finite");
  }
  for (auto* part : {&params_, &m_, &v_, &ema_}) {
    std::memcpy(part->data(), at, part->size() * sizeof(float));
    at += part->size() * sizeof(float);
  }
  std::memcpy(occupancy_.alpha.data(), at, occupancy_.alpha.size() * sizeof(float));
  step_ = int(header.step);
  prepared_.prepare(model_.spec, params_.data());
  refresh_live();
  publish();
  header.origin.isa[sizeof header.origin.isa - 1] = 0;
  if (origin) *origin = header.origin;
  return {};
}

}  // namespace portrait
