// Checkpoint of a head in training: one flat buffer, from which training goes on with exactly the bytes of an
// uninterrupted run (same instruction set and thread count; the header says which).
//   header   magic "PRTHEAD\0", format version u32, origin (isa, threads), shape fingerprint u64, payload bytes u64,
//            checksum u64 of the payload
//   payload  step, generator, parameters, moments, average, appearance codes with moments and counts, occupancy
//   densities
// Nothing is changed unless the whole buffer is found good.
#include <cmath>
#include <cstring>

#include "runtime/kernel_table.h"
#include "trainer.h"

namespace portrait {
namespace {

constexpr char kMagic[8] = {'P', 'R', 'T', 'H', 'E', 'A', 'D', 0};
constexpr uint32_t kVersion = 2;  // 2: the header records the origin

struct Header {
  char magic[8];
  uint32_t version;
  CheckpointOrigin origin;
  uint64_t shape, bytes, checksum;
};

uint64_t mix(uint64_t h, uint64_t v) { return (h ^ v) * 0x100000001b3ull ^ (h >> 29); }

// FNV-like over 8-byte words: catches truncation, swaps and flipped bits; not meant against an adversary.
uint64_t checksum(const uint8_t* bytes, size_t size) {
  uint64_t h = 0xcbf29ce484222325ull;
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, bytes + i, 8);
    h = mix(h, word);
  }
  for (; i < size; i++) h = mix(h, bytes[i]);
  return h;
}

uint64_t shape_fingerprint(const HeadLayout& h, size_t appearance, bool average) {
  uint64_t f = 1;
  for (uint64_t v :
       {uint64_t(h.spatial.entries), uint64_t(h.ambient.entries), uint64_t(h.spatial.hashed),
        uint64_t(h.ambient.hashed), uint64_t(h.total), uint64_t(h.audio_shape.conv), uint64_t(h.audio_shape.attention),
        uint64_t(h.audio_to_density), uint64_t(h.ambient_dim), uint64_t(appearance), uint64_t(average)})
    f = mix(f, v);
  for (int l = 0; l < kGridLevels; l++) {
    f = mix(f, uint64_t(h.spatial.scale[l] * 1024));
    f = mix(f, uint64_t(h.ambient.scale[l] * 1024));
  }
  return f;
}

struct Writer {
  std::vector<uint8_t> bytes;
  template <class T>
  void put(const T* data, size_t count) {
    const uint8_t* raw = reinterpret_cast<const uint8_t*>(data);
    bytes.insert(bytes.end(), raw, raw + count * sizeof(T));
  }
};

bool finite(const float* data, size_t count) {
  uint32_t bad = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    std::memcpy(&bits, data + i, 4);
    bad |= (bits & 0x7f800000u) == 0x7f800000u;
  }
  return bad == 0;
}

}  // namespace

std::vector<uint8_t> HeadTrainer::checkpoint() const {
  const size_t total = head_->layout().total;
  Writer w;
  const size_t codes = appearance_m_.size();
  w.bytes.reserve(sizeof(Header) + 64 + 4 * (total * (ema_.empty() ? 3 : 4) + codes * 4 + kOccupancyCells));
  w.bytes.resize(sizeof(Header));
  w.put(&step_, 1);
  w.put(&ema_updates_, 1);
  w.put(rng_.s, 4);
  w.put(head_->params().data(), total);
  w.put(m_.data(), total);
  w.put(v_.data(), total);
  if (!ema_.empty()) w.put(ema_.data(), total);
  w.put(head_->appearance().data(), codes);
  w.put(appearance_m_.data(), codes);
  w.put(appearance_v_.data(), codes);
  w.put(appearance_steps_.data(), codes / kAppearance);
  w.put(head_->mean_appearance(), kAppearance);
  w.put(head_->occupancy().density().data(), kOccupancyCells);

  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.origin = CheckpointOrigin::of(kernels().isa, head_->device().threads());
  header.shape = shape_fingerprint(head_->layout(), codes, !ema_.empty());
  header.bytes = w.bytes.size() - sizeof header;
  header.checksum = checksum(w.bytes.data() + sizeof header, header.bytes);
  std::memcpy(w.bytes.data(), &header, sizeof header);
  return std::move(w.bytes);
}

Status HeadTrainer::restore(const uint8_t* bytes, size_t size, CheckpointOrigin* origin) {
  auto corrupt = [](const char* what) {
    return Status::error(StatusCode::corrupt_checkpoint, std::string("this is not a usable head checkpoint: ") + what);
  };
  Header header;
  if (size < sizeof header) return corrupt("it is shorter than a header");
  std::memcpy(&header, bytes, sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) return corrupt("it does not begin like one");
  if (header.version != kVersion)
    return Status::error(StatusCode::version_mismatch, "the checkpoint has format version " +
                                                           std::to_string(header.version) + ", this library reads " +
                                                           std::to_string(kVersion));
  const size_t codes = appearance_m_.size(), total = head_->layout().total;
  if (header.shape != shape_fingerprint(head_->layout(), codes, !ema_.empty()))
    return Status::error(StatusCode::version_mismatch,
                         "the checkpoint belongs to another configuration or another number of frames");
  if (header.bytes != size - sizeof header) return corrupt("it is truncated");
  const uint8_t* at = bytes + sizeof header;
  if (checksum(at, header.bytes) != header.checksum) return corrupt("its checksum does not match");

  std::vector<float> floats;
  const size_t small = sizeof step_ + sizeof ema_updates_ + sizeof rng_.s;
  const size_t before_counts = total * (ema_.empty() ? 3 : 4) + codes * 3;
  const size_t counts = codes / kAppearance;
  if (header.bytes != small + 4 * (before_counts + counts + kAppearance + kOccupancyCells))
    return corrupt("its size does not fit");
  auto is_finite = [&](size_t offset, size_t count) {
    return finite(reinterpret_cast<const float*>(at + small) + offset, count);
  };
  if (!is_finite(0, before_counts) || !is_finite(before_counts + counts, kAppearance + kOccupancyCells))
    return Status::error(StatusCode::non_finite, "the checkpoint holds a number that is not finite");

  auto take = [&](auto* to, size_t count) {
    std::memcpy(to, at, count * sizeof *to);
    at += count * sizeof *to;
  };
  take(&step_, 1);
  take(&ema_updates_, 1);
  take(rng_.s, 4);
  take(head_->params().data(), total);
  take(m_.data(), total);
  take(v_.data(), total);
  if (!ema_.empty()) take(ema_.data(), total);
  take(head_->appearance().data(), codes);
  take(appearance_m_.data(), codes);
  take(appearance_v_.data(), codes);
  take(appearance_steps_.data(), counts);
  take(head_->mean_appearance(), kAppearance);
  take(head_->occupancy().density().data(), kOccupancyCells);
  head_->occupancy().pack();
  head_->device().clear_gradients();  // those of a step that failed may still be there
  header.origin.isa[sizeof header.origin.isa - 1] = 0;
  if (origin) *origin = header.origin;
  return {};
}

std::shared_ptr<Head> HeadTrainer::evaluation_head() const {
  return std::make_shared<Head>(*head_, ema_updates_ > 0 ? ema_.data() : head_->params().data());
}

}  // namespace portrait
