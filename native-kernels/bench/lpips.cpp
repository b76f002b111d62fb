// LPIPS convolutions, one thread, in the sizes a 512 x 512 picture gives them (both pictures of a comparison).
#include <vector>

#include "models/lpips/lpips.h"
#include "portrait/aligned.h"
#include "timing.h"

namespace portrait {

void lpips_rows(const KernelTable& k) {
  constexpr int sides[kLpipsLayers] = {127, 63, 31, 31, 31};
  double total = 0;
  for (int l = 0; l < kLpipsLayers; l++) {
    const LpipsLayer& s = kLpipsLayer[l];
    const int side = sides[l], padded = (side - 1) * s.stride + s.kernel;
    AlignedBuffer<float> in(size_t(padded) * padded * s.in), weights(size_t(s.out) * s.in * s.kernel * s.kernel),
        out((size_t(side) * side + 12) * s.out), scratch(kLpipsScratch);
    fill(in.data(), in.size(), 1, 1);
    fill(weights.data(), weights.size(), 2, 0.05f);
    const LpipsConv conv{in.data(), weights.data(), nullptr,  out.data(), padded,     padded, s.in,
                         side,      side,           s.kernel, s.stride,   s.out / 64, true};
    const int pixels = side * side;
    const double seconds = best(
        [&] {
          for (int p = 0; p < pixels; p += kLpipsTile)
            k.lpips.convolve(conv, p, std::min(kLpipsTile, pixels - p), 0, conv.panels, scratch.data());
        },
        3);
    char label[64];
    std::snprintf(label, sizeof label, "lpips convolution %d, %d -> %d, %dx%d", l + 1, s.in, s.out, s.kernel, s.kernel);
    row(k.isa, label, 2.0 * pixels * s.out * s.in * s.kernel * s.kernel / seconds * 1e-9, "GFLOP/s");
    total += 2 * seconds;
    sink += double(out[9]);
  }
  row(k.isa, "lpips, all convolutions of two 512x512 pictures", total * 1e3, "ms");
}

}  // namespace portrait
