// The `cpu` backend: per-thread scratch and gradients round the fused per-ISA kernels.
#include <cstring>

#include "head_device.h"
#include "portrait/aligned.h"
#include "runtime/kernel_table.h"
#include "portrait/thread_pool.h"

namespace portrait {
namespace {

class CpuHeadDevice final : public HeadDevice {
 public:
  CpuHeadDevice(const HeadLayout& layout, float density_bias, const KernelTable* table)
      : layout_(layout),
        kernels_(table ? *table : portrait::kernels()),
        threads_(pool_threads()),
        merged_(64 * 64),
        transposed_(kTransposedFloats),
        scratch_(size_t(threads_)) {
    weights_ = {&layout_, nullptr, merged_.data(), transposed_.data(), density_bias, nullptr};
  }

  int threads() const override { return threads_; }

  void prepare(const float* params, Precision precision) override {
    weights_.params = params;
    kernels_.head.prepare(weights_);
    precision_ = precision;
    if (precision == Precision::fp32) return;
    if (packed_.empty()) packed_.reset(kPackedWeights);
    weights_.packed = packed_.data();
    head_bf16_kernels()->pack(weights_);
  }
  bool supports_bf16() const override { return head_bf16_kernels() != nullptr; }
  void condition(HeadFrame& f) override { kernels_.head.condition(weights_, f.code, f.eye, f.appearance, &f.hoisted); }

  void begin_step(int frames) override {
    if (gradients_.empty())
      for (int t = 0; t < threads_; t++) {
        gradients_.emplace_back(layout_.total);
        merged_gradients_.emplace_back(64 * 64);
      }
    frames_ = frames;
    frame_gradients_.assign(size_t(frames) * size_t(threads_), FrameGradients{});
  }

  void train(int thread, int frame_index, const HeadFrame& frame, const OccupancyView& occ, const float* origin,
             const RayTask* rays, int n, const RayLoss& loss, RayStats* stats) override {
    HeadGradients g{gradients_[size_t(thread)].data(), merged_gradients_[size_t(thread)].data()};
    HeadScratch s = scratch(thread);
    kernels_.head.train(weights_, frame.hoisted, occ, origin, rays, n, loss, s, g,
                        &frame_gradients_[size_t(thread) * size_t(frames_) + size_t(frame_index)], stats);
  }

  void finish_step(const HeadFrame* frames, int count, float* d_codes, float* d_appearance) override {
    const float* p = weights_.params;
    float* d = gradients_[0].data();
    for (int t = 1; t < threads_; t++)
      for (size_t i = 0; i < 64 * 64; i++) {
        merged_gradients_[0][i] += merged_gradients_[size_t(t)][i];
        merged_gradients_[size_t(t)][i] = 0;
      }
    HeadGradients g{d, merged_gradients_[0].data()};
    kernels_.head.unmerge(weights_, g);
    for (int f = 0; f < count; f++) {
      FrameGradients sum = frame_gradients_[size_t(f)];
      for (int t = 1; t < threads_; t++) {
        const FrameGradients& other = frame_gradients_[size_t(t) * size_t(frames_) + size_t(f)];
        for (int n = 0; n < 64; n++) {
          sum.ambient[n] += other.ambient[n];
          sum.density[n] += other.density[n];
          sum.color[n] += other.color[n];
        }
      }
      float* d_code = d_codes + f * kAudioCode;
      std::memset(d_code, 0, kAudioCode * sizeof(float));
      bias_backward(frames[f].code, kAudioCode, p + layout_.ambient1_audio, sum.ambient, d + layout_.ambient1_audio,
                    d_code);
      bias_backward(&frames[f].eye, 1, p + layout_.density1_eye, sum.density, d + layout_.density1_eye, nullptr);
      if (layout_.audio_to_density)
        bias_backward(frames[f].code, kAudioCode, p + layout_.density1_audio, sum.density, d + layout_.density1_audio,
                      d_code);
      float* d_look = d_appearance + f * kAppearance;
      std::memset(d_look, 0, kAppearance * sizeof(float));
      bias_backward(frames[f].appearance, kAppearance, p + layout_.color1_code, sum.color, d + layout_.color1_code,
                    d_look);
    }
    for (int t = 0; t < threads_; t++) {
      if (layout_.ambient_dim == 1)
        std::memset(gradients_[size_t(t)].data() + layout_.ambient3 + kHidden, 0, kHidden * sizeof(float));
      grid_fold_pad(layout_.spatial, gradients_[size_t(t)].data() + layout_.spatial_table);
      grid_fold_pad(layout_.ambient, gradients_[size_t(t)].data() + layout_.ambient_table);
    }
  }

  void audio_forward(int, int slot, const float* input, float* code) override {
    kernels_.audio_net.forward(layout_.audio_shape, layout_.audio, weights_.params + layout_.audio_net, input,
                               workspace(slot), code);
  }
  void audio_backward(int thread, int slot, const float* input, const float* d_code) override {
    kernels_.audio_net.backward(layout_.audio_shape, layout_.audio, weights_.params + layout_.audio_net, input,
                                workspace(slot), d_code, gradients_[size_t(thread)].data() + layout_.audio_net);
  }

  std::vector<float*> gradients() override {
    std::vector<float*> out;
    for (auto& g : gradients_) out.push_back(g.data());
    return out;
  }

  void clear_gradients() override {
    for (auto& g : gradients_) g.zero();
    for (auto& g : merged_gradients_) g.zero();
  }

  void trace(int thread, const HeadFrame& frame, const OccupancyView& occ, const float* origin, const float* dirs,
             const float* jitter, int n, const RayLoss& options, float* colors, float* transmittance,
             RayStats* stats) override {
    HeadScratch s = scratch(thread);
    const auto trace = precision_ == Precision::bf16 ? head_bf16_kernels()->trace : kernels_.head.trace;
    trace(weights_, frame.hoisted, occ, origin, dirs, jitter, n, options, s, colors, transmittance, stats);
  }
  void query(int thread, const HeadFrame& frame, const float* x, const float* y, const float* z, int n, float* sigma,
             float* ambient) override {
    HeadScratch s = scratch(thread);
    kernels_.head.query(weights_, frame.hoisted, x, y, z, n, s, sigma, ambient);
  }

 private:
  // out[64] = x [k] . w [k][64] was a bias row with gradient d [64]: d_w += x outer d, d_x += w d.
  static void bias_backward(const float* x, int k_count, const float* w, const float* d, float* d_w, float* d_x) {
    for (int k = 0; k < k_count; k++) {
      float sum = 0;
      for (int n = 0; n < 64; n++) {
        d_w[k * 64 + n] += x[k] * d[n];
        sum += w[k * 64 + n] * d[n];
      }
      if (d_x) d_x[k] += sum;
    }
  }
  HeadScratch scratch(int thread) {
    auto& buffer = scratch_[size_t(thread)];
    if (buffer.empty()) buffer.reset(head_scratch_floats());
    return HeadScratch{buffer.data()};
  }
  float* workspace(int slot) {
    // Slots are created in order on one thread before parallel use (see reserve in the trainer): growing keeps old ones
    // in place.
    while (int(workspaces_.size()) <= slot)
      workspaces_.push_back(std::make_unique<AlignedBuffer<float>>(audio_workspace(layout_.audio_shape)));
    return workspaces_[size_t(slot)]->data();
  }

  const HeadLayout layout_;
  const KernelTable& kernels_;
  const int threads_;
  HeadWeights weights_{};
  Precision precision_ = Precision::fp32;
  AlignedBuffer<float> merged_, transposed_;
  AlignedBuffer<uint16_t> packed_;
  std::vector<AlignedBuffer<float>> scratch_, gradients_, merged_gradients_;
  std::vector<FrameGradients> frame_gradients_;
  std::vector<std::unique_ptr<AlignedBuffer<float>>> workspaces_;
  int frames_ = 0;
};

}  // namespace

std::unique_ptr<HeadDevice> make_cpu_head_device(const HeadLayout& layout, float density_bias,
                                                 const KernelTable* table) {
  return std::make_unique<CpuHeadDevice>(layout, density_bias, table);
}

}  // namespace portrait
