#pragma once

namespace portrait {

struct SphHarmonicsKernels {
  void (*forward)(const float* dirs, int n, float* out);  // dirs [n,3] unit -> out [n,16]
};

}  // namespace portrait
