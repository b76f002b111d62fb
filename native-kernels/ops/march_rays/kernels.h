// march_rays: sample distances of n rays through the occupancy bits.
// In use by cases and the benchmark only: models inline the same functions (march_simd.h).
#pragma once
#include "march_rays.h"

namespace portrait {

struct MarchRaysKernels {
  // Inputs   rays_o, rays_d [n,3]; jitter [n] in [0,1), of one step
  // Outputs  ts [n][kMaxSamples + 16], counts [n] (at most max_samples <= kMaxSamples)
  void (*march)(const OccupancyView&, const float* rays_o, const float* rays_d, const float* jitter, int n,
                int max_samples, float* ts, int32_t* counts);
};

}  // namespace portrait
