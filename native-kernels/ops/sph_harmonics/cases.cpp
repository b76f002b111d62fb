#include "harness.h"
#include "sph_harmonics.h"

PORTRAIT_CASES(sph_harmonics) {
  using namespace portrait::test;
  add("against_double", [](const portrait::KernelTable& k) {
    portrait::Rng rng(2);
    const int n = 100;
    std::vector<float> dirs;
    std::vector<double> want;
    for (int i = 0; i < n; i++) {
      double v[3], length = 0;
      for (double& c : v) c = double(rng.normal());
      for (double c : v) length += c * c;
      float f[3];
      for (int c = 0; c < 3; c++) dirs.push_back(f[c] = float(v[c] / std::sqrt(length)));
      double sh[16];
      portrait::sph_harmonics16<double>(double(f[0]), double(f[1]), double(f[2]), sh);
      want.insert(want.end(), sh, sh + 16);
    }
    Guarded<float> out(16 * n);
    k.sph_harmonics.forward(dirs.data(), n, out.data());
    EXPECT_TRUE(out.intact());
    EXPECT_CLOSE(out.data(), want.data(), want.size(), 1e-6);  // a few fp32 roundings
  });
  // The addition theorem knows nothing of our constants: the squares of degree l sum to (2l+1)/(4 pi) in any direction.
  add("addition_theorem", [](const portrait::KernelTable&) {
    portrait::Rng rng(3);
    for (int i = 0; i < 50; i++) {
      double v[3], length = 0, sh[16];
      for (double& c : v) c = double(rng.normal());
      for (double c : v) length += c * c;
      for (double& c : v) c /= std::sqrt(length);
      portrait::sph_harmonics16<double>(v[0], v[1], v[2], sh);
      for (int l = 0, at = 0; l < 4; at += 2 * l + 1, l++) {
        double sum = 0;
        for (int m = 0; m < 2 * l + 1; m++) sum += sh[at + m] * sh[at + m];
        EXPECT_NEAR(sum, (2 * l + 1) / (4 * M_PI), 1e-9) << "degree " << l;  // constants have 16 digits
      }
    }
  });
}
