// adam: one dense Adam step over a range of parameters (Kingma & Ba; reference code: betas 0.9, 0.99, eps 1e-15).
// The gradients of all threads are summed in thread order and cleared in the same pass, so the result depends on the
// number of threads but not on their timing.
#pragma once
#include <stddef.h>

namespace portrait {

struct AdamStep {
  float learning_rate;  // of this range at this step
  float beta1, beta2, epsilon;
  float bias_correction1, bias_correction2;  // 1 / (1 - beta^t)
};

struct AdamKernels {
  // parameters, m, v: [count], updated; gradients: `threads` pointers to [count], read and set to zero.
  void (*step)(float* parameters, float* m, float* v, float* const* gradients, int threads, size_t count,
               const AdamStep&);
  // average += (1 - decay) * (parameters - average)
  void (*average)(float* average, const float* parameters, size_t count, float decay);
};

}  // namespace portrait
