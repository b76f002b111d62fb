#include "kernels.h"
#include "portrait/isa_namespace.h"

namespace portrait {
namespace {

constexpr size_t kBlock = 1024;  // 4 KiB of summed gradient stay in L1

void step(float* parameters, float* all_m, float* all_v, float* const* gradients, int threads, size_t count,
          const AdamStep& a) {
  alignas(64) float sum[kBlock];
  const float learning_rate = a.learning_rate, b1 = a.beta1, b2 = a.beta2, eps = a.epsilon, c1 = a.bias_correction1,
              c2 = a.bias_correction2;
  for (size_t at = 0; at < count; at += kBlock) {
    const size_t n = count - at < kBlock ? count - at : kBlock;
    for (int t = 0; t < threads; t++) {
      float* __restrict g = gradients[t] + at;
      if (t == 0)
        for (size_t i = 0; i < n; i++) sum[i] = g[i];
      else
        for (size_t i = 0; i < n; i++) sum[i] += g[i];
      for (size_t i = 0; i < n; i++) g[i] = 0;
    }
    float* __restrict p = parameters + at;
    float* __restrict m = all_m + at;
    float* __restrict v = all_v + at;
    for (size_t i = 0; i < n; i++) {
      const float g = sum[i];
      const float mi = b1 * m[i] + (1 - b1) * g;
      const float vi = b2 * v[i] + (1 - b2) * g * g;
      m[i] = mi;
      v[i] = vi;
      p[i] -= learning_rate * c1 * mi / (__builtin_sqrtf(vi * c2) + eps);
    }
  }
}

void average(float* __restrict ema, const float* __restrict parameters, size_t count, float decay) {
  const float share = 1 - decay;
  for (size_t i = 0; i < count; i++) ema[i] += share * (parameters[i] - ema[i]);
}

}  // namespace
}  // namespace portrait

PORTRAIT_REGISTER(adam, AdamKernels) { kernels = {step, average}; }
