// The `reference` backend: double precision, one thread, the formulas as printed. Nothing is merged, hoisted or
// batched: every sample runs through every layer, every ray is composited front to back and differentiated back to
// front. Sample positions come from the fp32 march, so that both backends look at the same lattice points.
#include <cmath>
#include <cstring>

#include "ops/audio_net/audio_net.h"
#include "ops/grid_encode/grid_point.h"
#include "ops/sph_harmonics/sph_harmonics.h"
#include "head_device.h"

namespace portrait {
namespace {

using Row = double[kHidden];

// Everything one sample computes, kept for its gradient.
struct Sample {
  double x[3], f[kFeatures], a1[kHidden], a2[kHidden], xa[3], g[kFeatures], h1[kHidden], h2[kHidden], sigma,
      sigma_input, geo[kHidden], hc[kHidden], rgb[3];
  double transmittance, alpha;
};

class ReferenceHeadDevice final : public HeadDevice {
 public:
  ReferenceHeadDevice(const HeadLayout& layout, float density_bias) : h_(layout), density_bias_(double(density_bias)) {}

  int threads() const override { return 1; }
  void prepare(const float* params, Precision) override { p_.assign(params, params + h_.total); }
  void condition(HeadFrame&) override {}

  void begin_step(int frames) override {
    if (d_.empty()) d_.assign(h_.total, 0.0);
    d_codes_.assign(size_t(frames) * kAudioCode, 0.0);
    d_appearance_.assign(size_t(frames) * kAppearance, 0.0);
  }

  void train(int, int frame_index, const HeadFrame& frame, const OccupancyView& occ, const float* origin,
             const RayTask* rays, int n, const RayLoss& loss, RayStats* stats) override {
    for (int r = 0; r < n; r++) train_ray(frame_index, frame, occ, origin, rays[r], loss, stats);
  }

  void finish_step(const HeadFrame*, int count, float* d_codes, float* d_appearance) override {
    for (size_t i = 0; i < size_t(count) * kAudioCode; i++) d_codes[i] = float(d_codes_[i]);
    for (size_t i = 0; i < size_t(count) * kAppearance; i++) d_appearance[i] = float(d_appearance_[i]);
  }

  void audio_forward(int, int slot, const float* input, float* code) override {
    std::vector<double> x(input, input + h_.audio_shape.input_floats());
    double out[kAudioCode];
    audio_net_forward<double>(h_.audio_shape, h_.audio, p_.data() + h_.audio_net, x.data(), workspace(slot), out);
    for (int c = 0; c < kAudioCode; c++) code[c] = float(out[c]);
  }
  void audio_backward(int, int slot, const float* input, const float* d_code) override {
    std::vector<double> x(input, input + h_.audio_shape.input_floats()), d(d_code, d_code + kAudioCode);
    audio_net_backward<double>(h_.audio_shape, h_.audio, p_.data() + h_.audio_net, x.data(), workspace(slot), d.data(),
                               d_.data() + h_.audio_net);
  }

  std::vector<float*> gradients() override {
    if (d_.empty()) return {};
    single_.assign(d_.begin(), d_.end());
    std::fill(d_.begin(), d_.end(), 0.0);
    return {single_.data()};
  }

  void clear_gradients() override { std::fill(d_.begin(), d_.end(), 0.0); }

  void trace(int, const HeadFrame& frame, const OccupancyView& occ, const float* origin, const float* dirs,
             const float* jitter, int n, const RayLoss& options, float* colors, float* transmittance,
             RayStats* stats) override {
    for (int r = 0; r < n; r++) {
      std::vector<Sample> samples;
      double color[3], left;
      forward_ray(frame, occ, origin, dirs + 3 * r, jitter ? jitter[r] : 0.f, options, samples, color, &left, stats);
      for (int k = 0; k < 3; k++) colors[3 * r + k] = float(color[k]);
      transmittance[r] = float(left);
    }
  }

  void query(int, const HeadFrame& frame, const float* x, const float* y, const float* z, int n, float* sigma,
             float* ambient) override {
    double sh[kSphHarmonics] = {0};
    for (int i = 0; i < n; i++) {
      Sample s;
      s.x[0] = double(x[i]), s.x[1] = double(y[i]), s.x[2] = double(z[i]);
      forward_sample(frame, sh, s);
      if (sigma) sigma[i] = float(s.sigma);
      for (int c = 0; ambient && c < 3; c++) ambient[3 * i + c] = float(s.xa[c]);
    }
  }

 private:
  // y += x [rows] . w [rows][64]
  void product(size_t w, int rows, const double* x, double* y) const {
    for (int k = 0; k < rows; k++)
      for (int n = 0; n < kHidden; n++) y[n] += x[k] * p_[w + size_t(k * kHidden + n)];
  }
  // d_w += x outer d_y; d_x += w d_y (d_x may be null)
  void product_backward(size_t w, int rows, const double* x, const double* d_y, double* d_x) {
    for (int k = 0; k < rows; k++)
      for (int n = 0; n < kHidden; n++) {
        d_[w + size_t(k * kHidden + n)] += x[k] * d_y[n];
        if (d_x) d_x[k] += d_y[n] * p_[w + size_t(k * kHidden + n)];
      }
  }
  static void relu(double* v) {
    for (int n = 0; n < kHidden; n++) v[n] = v[n] > 0 ? v[n] : 0;
  }
  static void relu_backward(const double* v, double* d) {
    for (int n = 0; n < kHidden; n++)
      if (!(v[n] > 0)) d[n] = 0;
  }
  static void doubles(const float* in, int n, double* out) {
    for (int i = 0; i < n; i++) out[i] = double(in[i]);
  }

  void forward_sample(const HeadFrame& frame, const double* sh, Sample& s) const {
    double code[kAudioCode], look[kAppearance], eye = double(frame.eye);
    doubles(frame.code, kAudioCode, code);
    doubles(frame.appearance, kAppearance, look);
    grid_encode_point<double>(h_.spatial, p_.data() + h_.spatial_table, s.x, s.f);

    std::memset(s.a1, 0, sizeof s.a1);
    product(h_.ambient1_f, kFeatures, s.f, s.a1);
    product(h_.ambient1_audio, kAudioCode, code, s.a1);
    relu(s.a1);
    std::memset(s.a2, 0, sizeof s.a2);
    product(h_.ambient2, kHidden, s.a1, s.a2);
    relu(s.a2);
    s.xa[0] = s.xa[1] = s.xa[2] = 0;
    for (int c = 0; c < h_.ambient_dim; c++) {
      double sum = 0;
      for (int k = 0; k < kHidden; k++) sum += s.a2[k] * p_[h_.ambient3 + size_t(c * kHidden + k)];
      s.xa[c] = std::tanh(sum);
    }
    const double unit[3] = {s.xa[0] * 0.5 + 0.5, s.xa[1] * 0.5 + 0.5, s.xa[2] * 0.5 + 0.5};
    grid_encode_point<double>(h_.ambient, p_.data() + h_.ambient_table, unit, s.g);

    std::memset(s.h1, 0, sizeof s.h1);
    product(h_.density1, kFeatures, s.f, s.h1);
    product(h_.density1 + kFeatures * kHidden, kFeatures, s.g, s.h1);
    product(h_.density1_eye, 1, &eye, s.h1);
    if (h_.audio_to_density) product(h_.density1_audio, kAudioCode, code, s.h1);
    relu(s.h1);
    std::memset(s.h2, 0, sizeof s.h2);
    product(h_.density2, kHidden, s.h1, s.h2);
    relu(s.h2);
    s.sigma_input = density_bias_;
    for (int k = 0; k < kHidden; k++) s.sigma_input += s.h2[k] * p_[h_.density3_sigma + size_t(k)];
    s.sigma = std::exp(s.sigma_input);
    std::memset(s.geo, 0, sizeof s.geo);
    product(h_.density3_geo, kHidden, s.h2, s.geo);

    std::memset(s.hc, 0, sizeof s.hc);
    product(h_.color1_geo, kHidden, s.geo, s.hc);
    product(h_.color1_dir, kSphHarmonics, sh, s.hc);
    product(h_.color1_code, kAppearance, look, s.hc);
    relu(s.hc);
    for (int c = 0; c < 3; c++) {
      double sum = 0;
      for (int k = 0; k < kHidden; k++) sum += s.hc[k] * p_[h_.color2 + size_t(c * kHidden + k)];
      s.rgb[c] = 1 / (1 + std::exp(-sum));
    }
  }

  void forward_ray(const HeadFrame& frame, const OccupancyView& occ, const float* origin, const float* dir,
                   float jitter, const RayLoss& options, std::vector<Sample>& samples, double* color, double* left,
                   RayStats* stats) const {
    float ts[kMaxSamples + 16];
    const int n = march_ray<float>(occ, origin, dir, jitter, options.max_samples, ts);
    if (n) stats->hits++;
    stats->marched += n;
    double sh[kSphHarmonics];
    sph_harmonics16<double>(double(dir[0]), double(dir[1]), double(dir[2]), sh);
    double transmittance = 1;
    color[0] = color[1] = color[2] = 0;
    for (int i = 0; i < n && transmittance >= double(options.early_stop_eps); i++) {
      samples.emplace_back();
      Sample& s = samples.back();
      for (int k = 0; k < 3; k++) s.x[k] = double((origin[k] + ts[i] * dir[k]) * .5f + .5f);
      forward_sample(frame, sh, s);
      s.transmittance = transmittance;
      s.alpha = 1 - std::exp(-s.sigma * double(kStep));
      for (int k = 0; k < 3; k++) color[k] += s.alpha * transmittance * s.rgb[k];
      transmittance *= 1 - s.alpha;
    }
    stats->samples += int64_t(samples.size());
    *left = transmittance;
  }

  void train_ray(int frame_index, const HeadFrame& frame, const OccupancyView& occ, const float* origin,
                 const RayTask& task, const RayLoss& loss, RayStats* stats) {
    std::vector<Sample> samples;
    double color[3], left;
    forward_ray(frame, occ, origin, task.dir, task.jitter, loss, samples, color, &left, stats);
    const double share = double(loss.inverse_rays), opacity = 1 - left;
    double d_color[3], d_opacity = 0;
    for (int k = 0; k < 3; k++) {
      const double error = color[k] + left * double(task.background[k]) - double(task.target[k]);
      stats->squared_error += error * error;
      d_color[k] = 2 * error / 3 * share * double(task.weight) + double(task.d_color[k]);
      d_opacity -= d_color[k] * double(task.background[k]);
    }
    if (!samples.empty() && opacity > 1e-5 && opacity < 1 - 1e-5) {
      stats->entropy -= opacity * std::log2(opacity) + (1 - opacity) * std::log2(1 - opacity);
      d_opacity += double(loss.entropy_weight) * share * (std::log2(1 - opacity) - std::log2(opacity));
    }

    // d(loss)/d(w_i) for each sample, then through T_j for all earlier ones: back to front.
    double sh[kSphHarmonics], later = 0;  // sum over j > i of w_j * d(loss)/d(w_j)
    sph_harmonics16<double>(double(task.dir[0]), double(task.dir[1]), double(task.dir[2]), sh);
    for (size_t i = samples.size(); i-- > 0;) {
      Sample& s = samples[i];
      const double w = s.alpha * s.transmittance;
      double d_w = d_opacity - 2 * double(loss.sharpness_weight) * share * w;
      for (int k = 0; k < 3; k++) d_w += d_color[k] * s.rgb[k];
      // dw_i/dsigma_i = step * T_i (1 - alpha_i); dw_j/dsigma_i = -step * w_j for j > i
      const double d_sigma = double(kStep) * (s.transmittance * (1 - s.alpha) * d_w - later);
      later += w * d_w;
      if (loss.sharpness_weight > 0) stats->squares += w * w;
      double d_rgb[3];
      for (int k = 0; k < 3; k++) d_rgb[k] = w * d_color[k];
      const double ambient = std::fabs(s.xa[0]) + std::fabs(s.xa[1]) + std::fabs(s.xa[2]);
      stats->ambient += ambient;
      stats->ambient_loss += ambient * double(task.ambient);
      backward_sample(frame_index, frame, sh, s, d_sigma, d_rgb, double(task.ambient));
    }
  }

  void backward_sample(int frame_index, const HeadFrame& frame, const double* sh, const Sample& s, double d_sigma,
                       const double* d_rgb, double ambient) {
    double code[kAudioCode], look[kAppearance], eye = double(frame.eye);
    doubles(frame.code, kAudioCode, code);
    doubles(frame.appearance, kAppearance, look);
    double* d_code = d_codes_.data() + size_t(frame_index) * kAudioCode;

    Row d_hc = {0}, d_geo = {0}, d_h2 = {0}, d_h1 = {0}, d_a2 = {0}, d_a1 = {0};
    for (int c = 0; c < 3; c++) {
      const double d = d_rgb[c] * s.rgb[c] * (1 - s.rgb[c]);
      for (int k = 0; k < kHidden; k++) {
        d_[h_.color2 + size_t(c * kHidden + k)] += d * s.hc[k];
        d_hc[k] += d * p_[h_.color2 + size_t(c * kHidden + k)];
      }
    }
    relu_backward(s.hc, d_hc);
    product_backward(h_.color1_geo, kHidden, s.geo, d_hc, d_geo);
    product_backward(h_.color1_dir, kSphHarmonics, sh, d_hc, nullptr);
    product_backward(h_.color1_code, kAppearance, look, d_hc, d_appearance_.data() + size_t(frame_index) * kAppearance);
    product_backward(h_.density3_geo, kHidden, s.h2, d_geo, d_h2);
    const double clamped = s.sigma_input < -15 ? -15 : s.sigma_input > 15 ? 15 : s.sigma_input;
    const double d_input = d_sigma * std::exp(clamped);
    for (int k = 0; k < kHidden; k++) {
      d_[h_.density3_sigma + size_t(k)] += d_input * s.h2[k];
      d_h2[k] += d_input * p_[h_.density3_sigma + size_t(k)];
    }
    relu_backward(s.h2, d_h2);
    product_backward(h_.density2, kHidden, s.h1, d_h2, d_h1);
    relu_backward(s.h1, d_h1);
    double d_f[kFeatures] = {0}, d_g[kFeatures] = {0};
    product_backward(h_.density1, kFeatures, s.f, d_h1, d_f);
    product_backward(h_.density1 + kFeatures * kHidden, kFeatures, s.g, d_h1, d_g);
    product_backward(h_.density1_eye, 1, &eye, d_h1, nullptr);
    if (h_.audio_to_density) product_backward(h_.density1_audio, kAudioCode, code, d_h1, d_code);

    const double unit[3] = {s.xa[0] * 0.5 + 0.5, s.xa[1] * 0.5 + 0.5, s.xa[2] * 0.5 + 0.5};
    double d_unit[3] = {0, 0, 0};
    grid_encode_point_backward<double>(h_.ambient, p_.data() + h_.ambient_table, unit, d_g,
                                       d_.data() + h_.ambient_table, d_unit);
    for (int c = 0; c < h_.ambient_dim; c++) {
      const double d = (d_unit[c] * 0.5 + ambient * (s.xa[c] > 0 ? 1 : -1)) * (1 - s.xa[c] * s.xa[c]);
      for (int k = 0; k < kHidden; k++) {
        d_[h_.ambient3 + size_t(c * kHidden + k)] += d * s.a2[k];
        d_a2[k] += d * p_[h_.ambient3 + size_t(c * kHidden + k)];
      }
    }
    relu_backward(s.a2, d_a2);
    product_backward(h_.ambient2, kHidden, s.a1, d_a2, d_a1);
    relu_backward(s.a1, d_a1);
    product_backward(h_.ambient1_f, kFeatures, s.f, d_a1, d_f);
    product_backward(h_.ambient1_audio, kAudioCode, code, d_a1, d_code);
    grid_encode_point_backward<double>(h_.spatial, p_.data() + h_.spatial_table, s.x, d_f, d_.data() + h_.spatial_table,
                                       static_cast<double*>(nullptr));
  }

  double* workspace(int slot) {
    while (int(workspaces_.size()) <= slot) workspaces_.emplace_back(audio_workspace(h_.audio_shape), 0.0);
    return workspaces_[size_t(slot)].data();
  }

  const HeadLayout h_;
  const double density_bias_;
  std::vector<double> p_, d_, d_codes_, d_appearance_;
  std::vector<float> single_;
  std::vector<std::vector<double>> workspaces_;
};

}  // namespace

std::unique_ptr<HeadDevice> make_reference_head_device(const HeadLayout& layout, float density_bias) {
  return std::make_unique<ReferenceHeadDevice>(layout, density_bias);
}

}  // namespace portrait
