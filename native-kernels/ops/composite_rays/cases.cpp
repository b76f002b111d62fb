#include "harness.h"
#include "packed.h"

namespace portrait::test {
namespace {

struct Packed {
  std::vector<float> sigmas, rgbs;
  std::vector<int32_t> rays;
  int n;
  Packed(int n_, float strength) : n(n_) {
    Rng rng(4);
    for (int r = 0; r < n; r++) {
      const int count = int(rng.below(17));
      rays.push_back(int32_t(sigmas.size()));
      rays.push_back(count);
      for (int i = 0; i < count; i++) {
        sigmas.push_back(strength * rng.uniform());
        for (int k = 0; k < 3; k++) rgbs.push_back(rng.uniform());
      }
    }
  }
};

constexpr float kStepTest = 0.027f;

void case_of(const KernelTable& k, float strength, float sharpness) {
  Packed p(50, strength);
  const size_t m = p.sigmas.size();
  Guarded<float> colors(size_t(p.n) * 3), weights(size_t(p.n)), d_sigmas(m, 5.f), d_rgbs(3 * m, 5.f);
  Guarded<int32_t> used(size_t(p.n));
  k.composite_rays.forward(p.sigmas.data(), p.rgbs.data(), p.rays.data(), p.n, kStepTest, 1e-4f, colors.data(),
                           weights.data(), used.data());
  const auto d_colors = random_floats(size_t(p.n) * 3, 5), d_weights = random_floats(size_t(p.n), 6);
  k.composite_rays.backward(p.sigmas.data(), p.rgbs.data(), p.rays.data(), p.n, kStepTest, 1e-4f, colors.data(),
                            weights.data(), d_colors.data(), d_weights.data(), sharpness, d_sigmas.data(),
                            d_rgbs.data());
  EXPECT_TRUE(colors.intact() && weights.intact() && used.intact() && d_sigmas.intact() && d_rgbs.intact());

  std::vector<double> sigmas = doubles(p.sigmas), rgbs = doubles(p.rgbs), c(colors.size()), w(weights.size()), ds(m),
                      dc(3 * m);
  const auto gc = doubles(d_colors), gw = doubles(d_weights);
  std::vector<int32_t> u(used.size());
  const double step = double(kStepTest);
  composite_packed_forward<double>(sigmas.data(), rgbs.data(), p.rays.data(), p.n, step, 1e-4, c.data(), w.data(),
                                   u.data());
  composite_packed_backward<double>(sigmas.data(), rgbs.data(), p.rays.data(), p.n, step, 1e-4, c.data(), w.data(),
                                    gc.data(), gw.data(), double(sharpness), ds.data(), dc.data());
  EXPECT_CLOSE(colors.data(), c.data(), c.size(), 1e-6);
  EXPECT_CLOSE(weights.data(), w.data(), w.size(), 1e-6);
  EXPECT_CLOSE(d_sigmas.data(), ds.data(), ds.size(), 1e-5);  // differences of sums: a digit is lost
  EXPECT_CLOSE(d_rgbs.data(), dc.data(), dc.size(), 1e-6);

  auto loss = [&] {
    std::vector<double> cc(c.size()), ww(w.size());
    std::vector<int32_t> uu(u.size());
    composite_packed_forward<double>(sigmas.data(), rgbs.data(), p.rays.data(), p.n, step, 1e-4, cc.data(), ww.data(),
                                     uu.data());
    double sum = 0;
    for (size_t i = 0; i < cc.size(); i++) sum += cc[i] * gc[i];
    for (size_t i = 0; i < ww.size(); i++) sum += ww[i] * gw[i];
    for (int r = 0; r < p.n; r++) {
      double t = 1;
      for (int i = 0; i < uu[size_t(r)]; i++) {
        const double alpha = 1 - std::exp(-sigmas[size_t(p.rays[size_t(2 * r)] + i)] * step);
        sum -= double(sharpness) * alpha * t * alpha * t;
        t *= 1 - alpha;
      }
    }
    return sum;
  };
  expect_gradient(sigmas, ds, loss, 40, 1e-5, 1e-6);
  expect_gradient(rgbs, dc, loss, 40, 1e-5, 1e-7);
}

}  // namespace
}  // namespace portrait::test

PORTRAIT_CASES(composite_rays) {
  using namespace portrait::test;
  add("thin", [](const portrait::KernelTable& k) { case_of(k, 3.f, 0.f); });
  add("opaque", [](const portrait::KernelTable& k) { case_of(k, 200.f, 0.f); });
  add("sharpness", [](const portrait::KernelTable& k) { case_of(k, 40.f, 0.3f); });
  add("stops_behind_the_sample_that_ends_it", [](const portrait::KernelTable& k) {
    const float sigmas[4] = {1e4f, 1e4f, 1.f, 1.f}, rgbs[12] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1};
    const int32_t rays[2] = {0, 4};
    float color[3], weight, d_sigmas[4], d_rgbs[12];
    int32_t used;
    k.composite_rays.forward(sigmas, rgbs, rays, 1, 0.027f, 1e-4f, color, &weight, &used);
    EXPECT_EQ(used, 1);
    EXPECT_FLOAT_EQ(color[0], 1);
    EXPECT_EQ(color[1], 0);
    const float d_color[3] = {1, 1, 1}, d_weight = 1;
    k.composite_rays.backward(sigmas, rgbs, rays, 1, 0.027f, 1e-4f, color, &weight, d_color, &d_weight, 0, d_sigmas,
                              d_rgbs);
    for (int i = 1; i < 4; i++) EXPECT_EQ(d_sigmas[i], 0);
  });
}
