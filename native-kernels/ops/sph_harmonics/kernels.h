// sph_harmonics: directions to 16 spherical harmonics.
// In use by cases and the benchmark only: models inline the same functions (sph_harmonics.h).
#pragma once

namespace portrait {

struct SphHarmonicsKernels {
  void (*forward)(const float* dirs, int n, float* out);  // dirs [n,3] unit -> out [n,16]
};

}  // namespace portrait
