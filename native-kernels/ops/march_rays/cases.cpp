#include "harness.h"

namespace portrait::test {
namespace {

struct Scene {
  std::vector<uint32_t> bits = std::vector<uint32_t>(size_t(kOccupancySide) * kOccupancySide * kOccupancySide / 32, 0);
  OccupancyView view;
  std::vector<float> o, d, jitter;
  explicit Scene(int rays, bool empty = false) {
    for (int z = 0; z < kOccupancySide; z++)
      for (int y = 0; y < kOccupancySide; y++)
        for (int x = 0; x < kOccupancySide; x++) {
          const float r = std::sqrt(float((x - 64) * (x - 64) + (y - 64) * (y - 64) + (z - 64) * (z - 64)));
          const size_t id = (size_t(z) * kOccupancySide + size_t(y)) * kOccupancySide + size_t(x);
          if (!empty && r > 22 && r < 30) bits[id >> 5] |= 1u << (id & 31);
        }
    view = {bits.data(), {-0.6f, -0.6f, -0.6f}, {0.6f, 0.6f, 0.6f}};
    Rng rng(9);
    for (int i = 0; i < rays; i++) {
      float p[3] = {rng.signed_uniform() * 0.4f, rng.signed_uniform() * 0.4f, 3.3f}, t[3], length = 0;
      for (int k = 0; k < 3; k++) t[k] = rng.signed_uniform() * 0.5f - p[k];
      for (float c : t) length += c * c;
      for (int k = 0; k < 3; k++) {
        o.push_back(p[k]);
        d.push_back(t[k] / std::sqrt(length));
      }
      jitter.push_back(rng.uniform());
    }
  }
};

void march_case(const KernelTable& k, int rays, int max_samples) {
  Scene s(rays);
  constexpr int row = kMaxSamples + 16;
  Guarded<float> ts(size_t(rays) * row, -1.f);
  Guarded<int32_t> counts(size_t(rays), -1);
  k.march_rays.march(s.view, s.o.data(), s.d.data(), s.jitter.data(), rays, max_samples, ts.data(), counts.data());
  EXPECT_TRUE(ts.intact() && counts.intact());
  int differing = 0, hits = 0;
  for (int r = 0; r < rays; r++) {
    double want[kMaxSamples], o[3], d[3];
    for (int c = 0; c < 3; c++) o[c] = double(s.o[size_t(3 * r + c)]), d[c] = double(s.d[size_t(3 * r + c)]);
    const int n = march_ray<double>(s.view, o, d, double(s.jitter[size_t(r)]), max_samples, want);
    hits += n > 0;
    EXPECT_LE(counts[size_t(r)], max_samples);
    bool same = counts[size_t(r)] == n;
    for (int i = 0; same && i < n; i++) same = std::fabs(double(ts[size_t(r) * row + size_t(i)]) - want[i]) < 1e-5;
    differing += !same;
  }
  EXPECT_GT(hits, rays / 2);
  // A lattice point within fp32 rounding (1e-6) of a cell border may count on one side or the other: about 1e-6 * 64
  // cells * 50 points
  EXPECT_LE(differing, std::max(1, rays / 100));
}

}  // namespace
}  // namespace portrait::test

PORTRAIT_CASES(march_rays) {
  using namespace portrait::test;
  for (int cap : {1, 8, 16, 32})
    add("cap_" + std::to_string(cap), [cap](const portrait::KernelTable& k) { march_case(k, 400, cap); });
  add("empty_grid_gives_no_samples", [](const portrait::KernelTable& k) {
    Scene s(20, true);
    std::vector<float> ts(20 * (portrait::kMaxSamples + 16));
    std::vector<int32_t> counts(20, -1);
    k.march_rays.march(s.view, s.o.data(), s.d.data(), s.jitter.data(), 20, 16, ts.data(), counts.data());
    for (int32_t c : counts) EXPECT_EQ(c, 0);
  });
  add("axis_parallel_and_missing_rays", [](const portrait::KernelTable& k) {
    Scene s(1);
    const float o[9] = {0, 0, 3, 5, 5, 5, 0, 0, 3}, d[9] = {0, 0, -1, 0, 0, -1, 0, 0, 1}, jitter[3] = {0, 0, 0};
    std::vector<float> ts(3 * (portrait::kMaxSamples + 16));
    int32_t counts[3];
    k.march_rays.march(s.view, o, d, jitter, 3, 16, ts.data(), counts);
    EXPECT_GT(counts[0], 0) << "straight through the middle";
    EXPECT_EQ(counts[1], 0) << "beside the box";
    EXPECT_EQ(counts[2], 0) << "looking away";
  });
}
