// mlp: one dense layer of the small networks, sample-major, 64 outputs (or 32 for the gradient of a 32-wide input).
// In use by cases and the benchmark only: models inline the same templates (portrait/gemm.h).
#pragma once

namespace portrait {

struct MlpKernels {
  // y [t][64] = act(bias + x [t][k] w [k][64]); bias [64] or null; t a multiple of 12, leading dimensions 64.
  void (*forward64)(const float* x, const float* w, int k, const float* bias, bool relu, float* y, int t);
  // dx [t][64] = (dy [t][64] wt [64][64]) where h [t][64] > 0 (h null: no mask)
  void (*backward64)(const float* dy, const float* wt, const float* h, float* dx, int t);
  // dw [k][64] += x [t][k]^T dy [t][64]; leading dimension of x is 64
  void (*weights64)(const float* x, const float* dy, int t, float* dw, int k);
};

}  // namespace portrait
