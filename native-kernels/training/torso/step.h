// Forward, loss and gradient of one step: rays of a few frames, spread over the library's threads. Every thread sums
// its own gradient; the optimiser adds them in thread order, so a step's bits depend on the number of threads but not
// on timing.
#pragma once
#include <memory>
#include <vector>

#include "models/torso/model.h"

namespace portrait {

constexpr int kTorsoPixelBytes = 8;  // r, g, b, plate r, g, b, alpha target (0 or 255), 0

struct TorsoFrameRays {
  int frame;                          // whose code is used
  const float* pose_codes;            // [54]
  const uint8_t* pixels;              // [height, width, 8] of the lattice; only rows that rays touch are read
  const std::vector<uint32_t>* rays;  // pixel indices, ascending
};

class TorsoStep {
 public:
  explicit TorsoStep(const TorsoSpec& spec, const KernelTable& table = kernels());
  // hoist must be projected from `params`, prepared made from them. Gradients are means over all rays.
  TorsoLoss run(const TorsoHoist& hoist, const TorsoPrepared& prepared, const float* params,
                const std::vector<TorsoFrameRays>& frames, const TorsoLossWeights& weights);
  // One [spec.total] buffer a thread, to be added up and cleared by the optimiser.
  std::vector<float*> gradients();

 private:
  struct Thread;
  void fold(Thread& thread, const TorsoHoist& hoist, const float* params, const std::vector<TorsoFrameRays>& frames);

  const TorsoSpec& spec_;
  const TorsoKernels& kernels_;
  std::vector<std::shared_ptr<Thread>> threads_;
};

}  // namespace portrait
