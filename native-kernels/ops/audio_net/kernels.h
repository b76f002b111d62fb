// audio_net: one frame's window(s) of audio features to its audio code, and the parameter gradient.
#pragma once
#include "audio_shape.h"

namespace portrait {

struct AudioNetKernels {
  // input [windows][window floats], workspace [audio_workspace(shape)] -> code [64]
  void (*forward)(const AudioShape&, const AudioLayout&, const float* params, const float* input, float* workspace,
                  float* code);
  // workspace as the forward pass left it, d_code [64]; d_params [layout.total], added to
  void (*backward)(const AudioShape&, const AudioLayout&, const float* params, const float* input,
                   const float* workspace, const float* d_code, float* d_params);
};

}  // namespace portrait
