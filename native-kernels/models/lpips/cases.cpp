// LPIPS against its double-precision reference, and the reference against central differences. Random weights of the
// real shapes: the published ones are data, not part of the tree.
#include "harness.h"
#include "lpips.h"

namespace portrait::test {
namespace {

struct RandomWeights {
  std::vector<float> conv[kLpipsLayers], bias[kLpipsLayers], lin[kLpipsLayers];
  LpipsWeights view{};
  RandomWeights() {
    for (int l = 0; l < kLpipsLayers; l++) {
      const LpipsLayer& s = kLpipsLayer[l];
      const int taps = s.in * s.kernel * s.kernel;
      const float bound = std::sqrt(6.f / float(taps));
      conv[l] = random_floats(size_t(s.out) * size_t(taps), 20 + uint64_t(l), -bound, bound);
      bias[l] = random_floats(size_t(s.out), 30 + uint64_t(l), -0.1f, 0.1f);
      lin[l] = random_floats(size_t(s.out), 40 + uint64_t(l), 0, 1);
      view.conv[l] = conv[l].data();
      view.bias[l] = bias[l].data();
      view.lin[l] = lin[l].data();
    }
  }
};

struct Shared {
  RandomWeights weights;
  LpipsNet net{weights.view};
};
const Shared& shared() {
  static const Shared s;
  return s;
}

void against_reference(const KernelTable& k, int h, int w) {
  const size_t n = size_t(3) * size_t(h) * size_t(w);
  const auto img = random_floats(n, 1, 0, 1), ref = random_floats(n, 2, 0, 1);
  Guarded<float> d(n, 77.f);
  const float distance = lpips_grad_on(k, shared().net, img.data(), ref.data(), h, w, d.data());
  EXPECT_TRUE(d.intact());
  std::vector<double> want(n);
  const double reference =
      lpips_reference(shared().weights.view, doubles(img).data(), doubles(ref).data(), h, w, want.data());
  // fp32 sums of up to 3456 products in five layers; measured below 3e-7 of the distance and 4e-6 of the gradient
  EXPECT_NEAR(distance, reference, 1e-6 * reference);
  EXPECT_CLOSE(d.data(), want.data(), n, 1e-5);
  EXPECT_EQ(distance, lpips_grad_on(k, shared().net, img.data(), ref.data(), h, w, nullptr))
      << "with and without a gradient";
}

// Steps of 1e-6 in double keep almost all ReLUs and maxima where they are; kinks crossed show as 1e-4.
void reference_gradient() {
  const int h = 32, w = 35;
  std::vector<double> img = doubles(random_floats(size_t(3 * h * w), 3, 0, 1)), d(img.size());
  const std::vector<double> ref = doubles(random_floats(size_t(3 * h * w), 4, 0, 1));
  lpips_reference(shared().weights.view, img.data(), ref.data(), h, w, d.data());
  expect_gradient(
      img, d, [&] { return lpips_reference(shared().weights.view, img.data(), ref.data(), h, w, nullptr); }, 10, 1e-6,
      1e-5);
}

}  // namespace
}  // namespace portrait::test

PORTRAIT_CASES(lpips) {
  using namespace portrait;
  using namespace portrait::test;
  // smallest; odd sides; tiles of several rows, some of them not full
  for (const auto& [h, w] : {std::pair{32, 32}, {47, 64}, {90, 33}})
    add(std::to_string(h) + "x" + std::to_string(w),
        [h = h, w = w](const KernelTable& k) { against_reference(k, h, w); });
  add("equal_pictures", [](const KernelTable& k) {
    const auto img = random_floats(3 * 40 * 40, 5, 0, 1);
    std::vector<float> d(img.size(), 1.f);
    EXPECT_EQ(lpips_grad_on(k, shared().net, img.data(), img.data(), 40, 40, d.data()), 0.f);
    for (float v : d) ASSERT_EQ(v, 0.f);
  });
  add("black_pictures", [](const KernelTable& k) {  // no division by a norm of zero
    const std::vector<float> black(3 * 32 * 32, 0.f), white(3 * 32 * 32, 1.f);
    std::vector<float> d(black.size());
    EXPECT_TRUE(std::isfinite(lpips_grad_on(k, shared().net, black.data(), white.data(), 32, 32, d.data())));
    for (float v : d) ASSERT_TRUE(std::isfinite(v));
  });
  add("reference_gradient", [](const KernelTable&) { reference_gradient(); });
}
