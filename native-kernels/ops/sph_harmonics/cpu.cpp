#include "sph_harmonics.h"
#include "kernels.h"
#include "portrait/isa_namespace.h"

namespace portrait {
namespace {
void forward(const float* dirs, int n, float* out) {
  for (int i = 0; i < n; i++) sph_harmonics16<float>(dirs[3 * i], dirs[3 * i + 1], dirs[3 * i + 2], out + 16 * i);
}
}  // namespace
}  // namespace portrait

PORTRAIT_REGISTER(sph_harmonics, SphHarmonicsKernels) { kernels = {forward}; }
