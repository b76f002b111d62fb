// Packs the published LPIPS weights into panels of 64 outputs, forward and transposed.
#include "lpips.h"

namespace portrait {
namespace {

const float* tap(const LpipsWeights& w, int l, int out, int in, int ky, int kx) {
  const LpipsLayer& s = kLpipsLayer[l];
  return w.conv[l] + ((size_t(out) * s.in + in) * s.kernel + ky) * s.kernel + kx;
}

}  // namespace

LpipsNet::LpipsNet(const LpipsWeights& w) {
  for (int l = 0; l < kLpipsLayers; l++) {
    const LpipsLayer& s = kLpipsLayer[l];
    const int k = s.kernel;
    conv[l].reset(size_t(s.out) * s.in * k * k);
    // The first layer's transpose makes 363 tap columns (padded to 384) that are then added into the picture; the
    // others, of stride 1, are convolutions with the filter turned by 180 degrees and in and out exchanged.
    transpose[l].reset(l == 0 ? size_t(6) * 64 * 64 : conv[l].size());
    bias[l].reset(s.out);
    lin[l].reset(s.out);
    for (int o = 0; o < s.out; o++) {
      bias[l][o] = w.bias[l][o];
      lin[l][o] = w.lin[l][o];
      for (int i = 0; i < s.in; i++)
        for (int ky = 0; ky < k; ky++)
          for (int kx = 0; kx < k; kx++) {
            const float v = *tap(w, l, o, i, ky, kx);
            const int row = (ky * k + kx) * s.in + i, turned = ((k - 1 - ky) * k + (k - 1 - kx)) * s.out + o;
            conv[l][(size_t(o / 64) * k * k * s.in + row) * 64 + o % 64] = v;
            if (l == 0)
              transpose[l][(size_t(row / 64) * 64 + o) * 64 + row % 64] = v;
            else
              transpose[l][(size_t(i / 64) * k * k * s.out + turned) * 64 + i % 64] = v;
          }
    }
  }
}

}  // namespace portrait
