// LPIPS convolutions for one instruction set: a tile of output pixels gathers its taps (channels last, so a kernel row
// is one contiguous copy) and goes through the shared product, panel by panel. Pooling and comparison are in lpips.cpp.
#include "kernels.h"

#include "portrait/gemm.h"
#include "portrait/isa_namespace.h"

namespace portrait {
namespace {

void convolve(const LpipsConv& c, int pixel, int count, int panel, int panel_end, float* scratch) {
  const int run = c.kernel * c.cin, taps = run * c.kernel;  // floats a kernel row, floats a filter
  const int rows_a_block = run * c.kernel <= kLpipsTapBlock ? c.kernel : 1;
  const int rows = pad_rows(count), block = run * rows_a_block;
  float* gathered = scratch;                                    // [rows, block]
  float* sums = scratch + (size_t)kLpipsTile * kLpipsTapBlock;  // [rows, 64]
  if (count < rows) memset(gathered + (size_t)count * block, 0, (size_t)(rows - count) * block * 4);

  for (int ky = 0; ky < c.kernel; ky += rows_a_block) {
    for (int t = 0; t < count; t++) {
      const int p = pixel + t, image = p / (c.oh * c.ow), q = p % (c.oh * c.ow);
      const float* from =
          c.in + (((size_t)image * c.hp + q / c.ow * c.stride + ky) * c.wp + q % c.ow * c.stride) * c.cin;
      for (int r = 0; r < rows_a_block; r++)
        memcpy(gathered + (size_t)t * block + r * run, from + (size_t)r * c.wp * c.cin, (size_t)run * 4);
    }
    for (int n = panel; n < panel_end; n++) {
      const float* weights = c.weights + ((size_t)n * taps + (size_t)ky * run) * 64;
      if (ky == 0)
        gemm_backward<64, false, false>(gathered, block, weights, 64, block, sums, 64, rows);
      else {
        for (int t = 0; t < count; t++) memcpy(sums + t * 64, c.out + ((size_t)(pixel + t) * c.panels + n) * 64, 256);
        gemm_backward<64, false, true>(gathered, block, weights, 64, block, sums, 64, rows);
      }
      const bool last = ky + rows_a_block >= c.kernel;
      for (int t = 0; t < count; t++) {
        float* to = c.out + ((size_t)(pixel + t) * c.panels + n) * 64;
        PORTRAIT_UNROLL for (int j = 0; j < 64; j += kLanes) {
          Vec v = load(sums + t * 64 + j);
          if (last && c.bias) v += load(c.bias + n * 64 + j);
          store(to + j, last && c.relu ? relu(v) : v);
        }
      }
    }
  }
}

void first_layer_columns(const float* d_out, const float* taps, int count, float* columns) {
  for (int n = 0; n < 6; n++)
    gemm_backward<64, false, false>(d_out, 64, taps + (size_t)n * 64 * 64, 64, 64, columns + n * 64, 384,
                                    pad_rows(count));
}

}  // namespace
}  // namespace portrait

PORTRAIT_REGISTER(lpips, LpipsKernels) { kernels = {convolve, first_layer_columns}; }
