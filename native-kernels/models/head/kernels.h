// head: the whole network over tiles of samples, fused with marching and compositing. See head_layout.h for the network
// and README.md ("What is rewritten exactly") for the merged layer and the hoisted biases.
#pragma once
#include <stdint.h>

#include "ops/march_rays/march_rays.h"
#include "head_layout.h"

namespace portrait {

constexpr int kTileSamples = 384;  // samples a network call: activations stay in L2
constexpr int kChunkRays = 48;     // rays kept whole through forward, composite and backward
constexpr int kTraceRays = 256;    // rays a forward-only call
constexpr int kScratchSamples = kChunkRays * kMaxSamples + kTileSamples;

// Weights as the kernels read them, rebuilt by `prepare` after each parameter update.
struct HeadWeights {
  const HeadLayout* layout;
  const float* params;  // flat, layout order
  float* merged;        // [64][64] density3_geo . color1_geo: the 64 geo features have no activation
  float* transposed;    // ambient1_f [64][32], ambient2, density1, density2, merged [64][64] each
  float density_bias;
  uint16_t* packed;  // bf16 weights of `HeadBf16Kernels`, [kPackedWeights]; null until a bf16 render asks for them
};
constexpr size_t kTransposedFloats = 64 * 32 + 4 * 64 * 64;
constexpr size_t kPackedWeights = 32 * 64 + 4 * 64 * 64 + 3 * 64 * 16;

// What is constant over a frame, as bias rows.
struct HeadCondition {
  alignas(64) float ambient[64];  // audio code . ambient1_audio
  alignas(64) float density[64];  // eye * density1_eye (+ audio code . density1_audio)
  alignas(64) float color[64];    // appearance . color1_code
};

// Gradients by those bias rows, summed over a frame's samples (density and ambient) or rays (color).
struct FrameGradients {
  float ambient[64], density[64], color[64];
};

// Per-thread gradient: flat in layout order (density3_geo and color1_geo stay zero, see `unmerge`) and d(merged).
struct HeadGradients {
  float* flat;
  float* merged;  // [64][64]
};

struct RayTask {
  float dir[3];                    // unit
  float jitter;                    // of one step, in [0,1)
  float target[3], background[3];  // RGB in [0,1]
  float weight;                    // of its colour loss
  float ambient;                   // weight of the dynamic loss; 0 inside the face rectangle
  float d_color[3];                // extra colour gradient (LPIPS patch), already divided by the ray count
};

struct RayLoss {
  float inverse_rays;      // 1 / rays of the step
  float entropy_weight;    // log base 2
  float sharpness_weight;  // of -sum w^2
  int max_samples;
  int round;             // samples a ray between two termination checks
  float early_stop_eps;  // transmittance below which a ray ends
};

struct RayStats {
  int64_t samples, marched, hits;  // samples evaluated, lattice points found, rays with at least one
  double squared_error;            // sum over channels and rays
  double entropy;                  // sum over rays of the opacity's entropy, bits
  double squares;                  // sum over rays of sum w^2, only where the sharpness term is on
  double ambient;                  // sum of |xa| over samples
  double ambient_loss;             // the same times each ray's weight
};

// Scratch of one thread, `head_scratch_floats()` floats, 64-byte aligned, zeroed once.
struct HeadScratch {
  float* memory;
};
constexpr size_t kScratchRow = kScratchSamples + 64;
constexpr size_t head_scratch_floats() {
  return kScratchRow * (8 * 64 + 24) + size_t(kTraceRays) * (64 * 2 + kMaxSamples + 16 + 64);
}

struct HeadKernels {
  void (*prepare)(const HeadWeights&);
  void (*condition)(const HeadWeights&, const float* audio_code, float eye, const float* appearance, HeadCondition*);
  // Forward, losses and backward of n <= kChunkRays rays of one frame. Gradients and stats are added to.
  void (*train)(const HeadWeights&, const HeadCondition&, const OccupancyView&, const float* origin,
                const RayTask* rays, int n, const RayLoss&, HeadScratch&, HeadGradients&, FrameGradients*, RayStats*);
  // Forward of n <= kTraceRays rays: dirs [n,3], jitter [n] or null -> colors [n,3] (without background), transmittance
  // [n].
  void (*trace)(const HeadWeights&, const HeadCondition&, const OccupancyView&, const float* origin, const float* dirs,
                const float* jitter, int n, const RayLoss&, HeadScratch&, float* colors, float* transmittance,
                RayStats*);
  // Density [n] and ambient coordinate [n, 3] (unused dimensions 0) at n <= kTileSamples points x, y, z in [0,1];
  // either may be null.
  void (*query)(const HeadWeights&, const HeadCondition&, const float* x, const float* y, const float* z, int n,
                HeadScratch&, float* sigma, float* ambient);
  // From d(merged): d(density3_geo) and d(color1_geo) into gradient.flat; d(merged) is cleared.
  void (*unmerge)(const HeadWeights&, HeadGradients&);
};

// Rendering with bf16 products and fp32 sums, where the processor has instructions for it.
struct HeadBf16Kernels {
  const char* name;                  // avx512_bf16 | amx_bf16
  void (*pack)(const HeadWeights&);  // after `prepare`
  decltype(HeadKernels::trace) trace;
};
const HeadBf16Kernels* head_bf16_kernels();  // null where this processor or build has none

}  // namespace portrait
