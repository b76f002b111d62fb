#include "portrait/gemm.h"
#include "kernels.h"
#include "portrait/isa_namespace.h"

namespace portrait {
namespace {

void forward64(const float* x, const float* w, int k, const float* bias, bool relu, float* y, int t) {
  if (bias && relu)
    gemm_forward<64, kRowBias, true>(x, 64, w, 64, k, y, 64, t, bias);
  else if (bias)
    gemm_forward<64, kRowBias, false>(x, 64, w, 64, k, y, 64, t, bias);
  else if (relu)
    gemm_forward<64, kNoBias, true>(x, 64, w, 64, k, y, 64, t);
  else
    gemm_forward<64, kNoBias, false>(x, 64, w, 64, k, y, 64, t);
}
void backward64(const float* dy, const float* wt, const float* h, float* dx, int t) {
  if (h)
    gemm_backward<64, true, false>(dy, 64, wt, 64, 64, dx, 64, t, h, 64);
  else
    gemm_backward<64, false, false>(dy, 64, wt, 64, 64, dx, 64, t);
}
void weights64(const float* x, const float* dy, int t, float* dw, int k) {
  gemm_weights<64>(x, 64, dy, 64, t, dw, 64, k);
}

}  // namespace
}  // namespace portrait

PORTRAIT_REGISTER(mlp, MlpKernels) { kernels = {forward64, backward64, weights64}; }
