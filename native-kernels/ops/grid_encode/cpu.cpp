#include "grid_simd.h"
#include "kernels.h"
#include "portrait/isa_namespace.h"

namespace portrait {
namespace {

void forward(const GridSpec& g, const float* table, const float* x, const float* y, const float* z, int n,
             float* features, int ld) {
  if (g.dim == 3)
    grid_encode3_forward(g, table, x, y, z, n, features, ld);
  else
    grid_encode2_forward(g, table, x, y, n, features, ld);
}

void backward(const GridSpec& g, const float* table, const float* x, const float* y, const float* z, int n,
              const float* d_features, int ld, float* d_table, float* d_x, float* d_y, float* d_z) {
  if (g.dim == 3 && d_x)
    grid_encode3_backward<true>(g, table, x, y, z, n, d_features, ld, d_table, d_x, d_y, d_z);
  else if (g.dim == 3)
    grid_encode3_backward<false>(g, table, x, y, z, n, d_features, ld, d_table, nullptr, nullptr, nullptr);
  else
    grid_encode2_backward(g, table, x, y, n, d_features, ld, d_table, d_x, d_y);
}

}  // namespace
}  // namespace portrait

PORTRAIT_REGISTER(grid_encode, GridEncodeKernels) { kernels = {forward, backward}; }
