// What the trainer and the renderer ask of a backend. `thread` is the calling pool thread's index: methods that take it
// may run at the same time with different indices. A backend with threads() == 1 is driven serially.
#pragma once
#include <memory>
#include <vector>

#include "kernels.h"
#include "portrait/device.h"

namespace portrait {

// The condition of one frame. `hoisted` is for the backend's own use, filled by `condition`.
struct HeadFrame {
  float code[kAudioCode];
  float eye;
  float appearance[kAppearance];
  HeadCondition hoisted;
};

// Of the products of hidden layers in `trace`; sums are fp32 either way.
enum class Precision { fp32, bf16 };

class HeadDevice {
 public:
  virtual ~HeadDevice() = default;
  virtual int threads() const = 0;

  // Parameters changed: rebuild whatever is derived. The pointer must stay valid until the next call. `precision` holds
  // for `trace` until the next call; bf16 only where `supports_bf16`.
  virtual void prepare(const float* params, Precision precision = Precision::fp32) = 0;
  virtual bool supports_bf16() const { return false; }
  virtual void condition(HeadFrame&) = 0;

  // One training step: begin, then train() over chunks of at most kChunkRays rays of one frame, then finish.
  virtual void begin_step(int frames) = 0;
  virtual void train(int thread, int frame_index, const HeadFrame&, const OccupancyView&, const float* origin,
                     const RayTask* rays, int n, const RayLoss&, RayStats*) = 0;
  // Sums frame gradients in thread order. d_codes [frames][64], d_appearance [frames][4], overwritten.
  virtual void finish_step(const HeadFrame* frames, int count, float* d_codes, float* d_appearance) = 0;

  // workspace: audio_workspace(shape) values of the backend's own, one a frame slot.
  virtual void audio_forward(int thread, int slot, const float* input, float* code) = 0;
  virtual void audio_backward(int thread, int slot, const float* input, const float* d_code) = 0;

  // Gradients of the step in layout order, one array a thread; the optimiser sums and clears them.
  virtual std::vector<float*> gradients() = 0;
  virtual void clear_gradients() = 0;  // whatever a step that failed left behind

  virtual void trace(int thread, const HeadFrame&, const OccupancyView&, const float* origin, const float* dirs,
                     const float* jitter, int n, const RayLoss&, float* colors, float* transmittance, RayStats*) = 0;
  virtual void query(int thread, const HeadFrame&, const float* x, const float* y, const float* z, int n, float* sigma,
                     float* ambient) = 0;
};

// table: null for the instruction set in use.
std::unique_ptr<HeadDevice> make_cpu_head_device(const HeadLayout&, float density_bias,
                                                 const struct KernelTable* table = nullptr);
std::unique_ptr<HeadDevice> make_reference_head_device(const HeadLayout&, float density_bias);

}  // namespace portrait
