#include "head.h"

#include <algorithm>
#include <cmath>

#include "portrait/check_options.h"
#include "portrait/rng.h"

namespace portrait {
namespace {

std::unique_ptr<HeadDevice> make_device(Backend backend, const HeadLayout& layout, float density_bias) {
  return backend == Backend::reference ? make_reference_head_device(layout, density_bias)
                                       : make_cpu_head_device(layout, density_bias);
}

Status invalid(const std::string& message) { return Status::error(StatusCode::invalid_argument, message); }

Status check_grid(const GridConfig& g, const char* name) {
  if (g.base_resolution >= g.finest_resolution || g.finest_resolution > 4096)
    return invalid(std::string("head: ") + name +
                   ".baseResolution must be below finestResolution, which is at most 4096");
  if (g.table_entries & (g.table_entries - 1))
    return invalid(std::string("head: ") + name + ".tableEntries must be a power of two");
  return {};
}

}  // namespace

Status Head::check(const HeadConfig& c) {
  if (c.backbone != Backbone::modulation)
    return Status::error(StatusCode::not_supported,
                         std::string("The backbone '") + choice_names(c.backbone)[size_t(c.backbone)] +
                             "' is not supported, because kernels exist for 'modulation' only.");
  if (Status s = check_ranges("head", c); !s.ok()) return s;
  if (Status s = check_grid(c.spatial_grid, "spatialGrid"); !s.ok()) return s;
  return check_grid(c.ambient_grid, "ambientGrid");
}

Head::Head(const HeadConfig& config, uint64_t seed, Backend backend)
    : config_(config),
      layout_(make_head_layout(config)),
      seed_(seed),
      backend_(backend),
      params_(layout_.total + 64),
      device_(make_device(backend, layout_, config.density_bias)) {
  initialise();
}

Head::Head(const Head& other, const float* params)
    : config_(other.config_),
      layout_(other.layout_),
      seed_(other.seed_),
      backend_(other.backend_),
      params_(layout_.total + 64),
      appearance_(other.appearance_),
      occupancy_(other.occupancy_),
      device_(make_device(backend_, layout_, config_.density_bias)) {
  std::copy(params, params + layout_.total, params_.data());
  std::copy(other.mean_appearance_, other.mean_appearance_ + kAppearance, mean_appearance_);
  refresh_pads();
}

// Tables U(-1e-4, 1e-4); linear layers U(+-1/sqrt(fan_in)) (reference code); the small audio mlp keeps unit variance.
void Head::initialise() {
  Rng rng(seed_);
  float* p = params_.data();
  auto fill = [&](size_t at, size_t count, float bound) {
    for (size_t i = 0; i < count; i++) p[at + i] = bound * rng.signed_uniform();
  };
  auto fan = [](int in) { return 1.f / std::sqrt(float(in)); };
  const HeadLayout& h = layout_;
  fill(h.spatial_table, h.nets - h.spatial_table, 1e-4f);
  fill(h.ambient1_f, (kFeatures + kAudioCode) * kHidden, fan(kFeatures + kAudioCode));
  fill(h.ambient2, kHidden * kHidden, fan(kHidden));
  fill(h.ambient3, size_t(h.ambient_dim) * kHidden, fan(kHidden) * config_.ambient_gain);
  const int density_in = 2 * kFeatures + 1;
  fill(h.density1, size_t(density_in) * kHidden, fan(density_in));
  if (h.audio_to_density) fill(h.density1_audio, kAudioCode * kHidden, 0.06f);
  fill(h.density2, kHidden * kHidden + kHidden + kHidden * kHidden, fan(kHidden));
  const int color_in = kHidden + kSphHarmonics + kAppearance;
  fill(h.color1_geo, size_t(color_in) * kHidden, fan(color_in));
  fill(h.color2, 3 * kHidden, fan(kHidden));
  auto layer = [&](const AudioLayer& l, bool unit_variance) {
    const int in = l.taps * l.in;
    const size_t weights = size_t(in) * size_t(l.out);
    fill(h.audio_net + l.weight, weights, unit_variance ? std::sqrt(3.f / float(in)) : fan(in));
    if (l.bias != kNoBiasOffset) fill(h.audio_net + l.bias, size_t(l.out), fan(in));
  };
  for (int i = 0; i < h.audio.encoder_layers; i++) layer(h.audio.encoder[i], !h.audio_shape.conv);
  if (h.audio_shape.attention)
    for (const AudioLayer& l : h.audio.attention) layer(l, false);
  refresh_pads();
}

void Head::ensure_appearance(size_t frames) {
  trained_frames_ = std::max(trained_frames_, frames);
  const size_t have = appearance_.size() / kAppearance;
  for (size_t f = have; f < frames; f++) {
    Rng rng(seed_ ^ (0xa99ea7a4ceull + f * 0x9e3779b97f4a7c15ull));
    for (int k = 0; k < kAppearance; k++) appearance_.push_back(0.1f * rng.normal());
  }
}

void Head::refresh_pads() {
  grid_refresh_pad(layout_.spatial, params_.data() + layout_.spatial_table);
  grid_refresh_pad(layout_.ambient, params_.data() + layout_.ambient_table);
}

bool Head::finite() const {
  // Exponent bits all ones means infinite or NaN; no branch, so that the loop vectorises.
  uint32_t bad = 0;
  const uint32_t* bits = reinterpret_cast<const uint32_t*>(params_.data());
  for (size_t i = 0; i < layout_.total; i++) bad |= (bits[i] & 0x7f800000u) == 0x7f800000u;
  return bad == 0;
}

}  // namespace portrait
