#include "packed.h"
#include "kernels.h"
#include "portrait/isa_namespace.h"

namespace portrait {
namespace {
void forward(const float* sigmas, const float* rgbs, const int32_t* rays, int n, float step, float early_stop_eps,
             float* colors, float* weights_sum, int32_t* used) {
  composite_packed_forward<float>(sigmas, rgbs, rays, n, step, early_stop_eps, colors, weights_sum, used);
}
void backward(const float* sigmas, const float* rgbs, const int32_t* rays, int n, float step, float early_stop_eps,
              const float* colors, const float* weights_sum, const float* d_colors, const float* d_weights_sum,
              float sharpness, float* d_sigmas, float* d_rgbs) {
  composite_packed_backward<float>(sigmas, rgbs, rays, n, step, early_stop_eps, colors, weights_sum, d_colors,
                                   d_weights_sum, sharpness, d_sigmas, d_rgbs);
}
}  // namespace
}  // namespace portrait

PORTRAIT_REGISTER(composite_rays, CompositeRaysKernels) { kernels = {forward, backward}; }
