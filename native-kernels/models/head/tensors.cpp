// Documented names and shapes of a head's parameters, for safetensors. Grids are exported without pads, level after
// level; nets as [in, out]. Setting tensors accepts any subset of the names, but each with its exact shape.
#include <algorithm>
#include <cmath>

#include "head.h"

namespace portrait {
namespace {

struct Entry {
  std::string name;
  std::vector<size_t> shape;
  size_t offset;
  const GridSpec* grid;  // not null: a table
  bool stored_out_in;    // narrow layers are stored [out][in]
};

void add_audio(std::vector<Entry>& list, const std::string& name, const AudioLayer& l, size_t base) {
  std::vector<size_t> shape = {size_t(l.in), size_t(l.out)};
  if (l.taps > 1) shape.insert(shape.begin(), size_t(l.taps));
  list.push_back({name + ".weight", shape, base + l.weight, nullptr, false});
  if (l.bias != kNoBiasOffset) list.push_back({name + ".bias", {size_t(l.out)}, base + l.bias, nullptr, false});
}

size_t plain_entries(const GridSpec& g) {
  size_t n = 0;
  for (uint32_t s : g.size) n += s;
  return n;
}

std::vector<Entry> entries(const HeadLayout& h) {
  std::vector<Entry> e = {
      {"spatialGrid", {plain_entries(h.spatial), 2}, h.spatial_table, &h.spatial, false},
      {"ambientGrid", {plain_entries(h.ambient), 2}, h.ambient_table, &h.ambient, false},
      {"ambientNet.0.weight", {kFeatures + kAudioCode, kHidden}, h.ambient1_f, nullptr, false},
      {"ambientNet.1.weight", {kHidden, kHidden}, h.ambient2, nullptr, false},
      {"ambientNet.2.weight", {kHidden, size_t(h.ambient_dim)}, h.ambient3, nullptr, true},
      {"densityNet.0.weight", {2 * kFeatures + 1, kHidden}, h.density1, nullptr, false},
      {"densityNet.1.weight", {kHidden, kHidden}, h.density2, nullptr, false},
      {"densityNet.2.sigma.weight", {kHidden, 1}, h.density3_sigma, nullptr, false},
      {"densityNet.2.geo.weight", {kHidden, kHidden}, h.density3_geo, nullptr, false},
      {"colorNet.0.weight", {kHidden + kSphHarmonics + kAppearance, kHidden}, h.color1_geo, nullptr, false},
      {"colorNet.1.weight", {kHidden, 3}, h.color2, nullptr, true},
  };
  if (h.audio_to_density)
    e.push_back({"densityNet.0.audio.weight", {kAudioCode, kHidden}, h.density1_audio, nullptr, false});
  for (int i = 0; i < h.audio.encoder_layers; i++)
    add_audio(e, "audioNet." + std::to_string(i), h.audio.encoder[i], h.audio_net);
  if (h.audio_shape.attention)
    for (int i = 0; i < 6; i++) add_audio(e, "audioAttention." + std::to_string(i), h.audio.attention[i], h.audio_net);
  return e;
}

size_t volume(const std::vector<size_t>& shape) {
  size_t n = 1;
  for (size_t s : shape) n *= s;
  return n;
}

// Calls move(parameter index, tensor index) for every element.
template <class F>
void each_element(const Entry& e, F move) {
  if (e.grid) {
    size_t to = 0;
    for (int l = 0; l < kGridLevels; l++)
      for (size_t i = 0; i < 2 * size_t(e.grid->size[l]); i++) move(e.offset + 2 * size_t(e.grid->offset[l]) + i, to++);
  } else if (e.stored_out_in) {
    const size_t in = e.shape[0], out = e.shape[1];
    for (size_t o = 0; o < out; o++)
      for (size_t i = 0; i < in; i++) move(e.offset + o * in + i, i * out + o);
  } else {
    for (size_t i = 0; i < volume(e.shape); i++) move(e.offset + i, i);
  }
}

std::string shape_text(const std::vector<size_t>& shape) {
  std::string s = "[";
  for (size_t i = 0; i < shape.size(); i++) s += (i ? ", " : "") + std::to_string(shape[i]);
  return s + "]";
}

}  // namespace

std::vector<Tensor> Head::tensors() const {
  std::vector<Tensor> out;
  for (const Entry& e : entries(layout_)) {
    Tensor t{e.name, e.shape, std::vector<float>(volume(e.shape))};
    each_element(e, [&](size_t from, size_t to) { t.data[to] = params_[from]; });
    out.push_back(std::move(t));
  }
  out.push_back({"appearance", {appearance_.size() / kAppearance, kAppearance}, appearance_});
  out.push_back(
      {"appearance.mean", {kAppearance}, std::vector<float>(mean_appearance_, mean_appearance_ + kAppearance)});
  return out;
}

Status Head::set_tensors(const std::vector<Tensor>& tensors) {
  const std::vector<Entry> known = entries(layout_);
  for (const Tensor& t : tensors) {  // check everything before anything changes
    if (t.data.size() != volume(t.shape))
      return Status::error(StatusCode::invalid_argument, "tensor " + t.name + " has " + std::to_string(t.data.size()) +
                                                             " values for shape " + shape_text(t.shape));
    for (float v : t.data)
      if (!std::isfinite(v))
        return Status::error(StatusCode::non_finite, "tensor " + t.name + " holds a value that is not finite");
    if (t.name == "appearance" && t.shape.size() == 2 && t.shape[1] == kAppearance) {
      if (t.shape[0] >= trained_frames_) continue;
      return Status::error(StatusCode::invalid_argument, "tensor appearance has " + std::to_string(t.shape[0]) +
                                                             " rows, but a trainer of this head uses " +
                                                             std::to_string(trained_frames_));
    }
    if (t.name == "appearance.mean" && t.data.size() == kAppearance) continue;
    const auto e = std::find_if(known.begin(), known.end(), [&](const Entry& k) { return k.name == t.name; });
    if (e == known.end())
      return Status::error(
          StatusCode::invalid_argument,
          "tensor " + t.name + " is not part of this head, or its shape " + shape_text(t.shape) + " does not fit");
    if (e->shape != t.shape)
      return Status::error(StatusCode::invalid_argument,
                           "tensor " + t.name + " must be " + shape_text(e->shape) + " but is " + shape_text(t.shape));
  }
  for (const Tensor& t : tensors) {
    if (t.name == "appearance") {
      appearance_ = t.data;
    } else if (t.name == "appearance.mean") {
      std::copy(t.data.begin(), t.data.end(), mean_appearance_);
    } else {
      const auto e = std::find_if(known.begin(), known.end(), [&](const Entry& k) { return k.name == t.name; });
      each_element(*e, [&](size_t to, size_t from) { params_[to] = t.data[from]; });
    }
  }
  refresh_pads();
  return {};
}

}  // namespace portrait
