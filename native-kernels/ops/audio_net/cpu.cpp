#include "audio_net.h"
#include "kernels.h"
#include "portrait/isa_namespace.h"

namespace portrait {
namespace {
void forward(const AudioShape& shape, const AudioLayout& layout, const float* params, const float* input,
             float* workspace, float* code) {
  audio_net_forward<float>(shape, layout, params, input, workspace, code);
}
void backward(const AudioShape& shape, const AudioLayout& layout, const float* params, const float* input,
              const float* workspace, const float* d_code, float* d_params) {
  audio_net_backward<float>(shape, layout, params, input, workspace, d_code, d_params);
}
}  // namespace
}  // namespace portrait

PORTRAIT_REGISTER(audio_net, AudioNetKernels) { kernels = {forward, backward}; }
