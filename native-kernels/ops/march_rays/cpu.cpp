#include "march_simd.h"
#include "kernels.h"
#include "portrait/isa_namespace.h"

namespace portrait {
namespace {
void march(const OccupancyView& occ, const float* rays_o, const float* rays_d, const float* jitter, int n,
           int max_samples, float* ts, int32_t* counts) {
  for (int r = 0; r < n; r++)
    counts[r] = march_ray16(occ, rays_o + 3 * r, rays_d + 3 * r, jitter[r], max_samples, ts + (size_t)r * kMarchRow);
}
}  // namespace
}  // namespace portrait

PORTRAIT_REGISTER(march_rays, MarchRaysKernels) { kernels = {march}; }
