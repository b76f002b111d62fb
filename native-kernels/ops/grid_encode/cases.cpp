// grid_encode against the one-point-at-a-time double twin, and that twin against finite differences.
#include "grid_point.h"
#include "harness.h"

namespace portrait::test {
namespace {

constexpr GridIndexing kTiled = GridIndexing::tiled, kHashed = GridIndexing::hashed;

struct Variant {
  const char* name;
  int dim;
  GridConfig config;
};

const Variant kVariants[] = {
    {"3d_tiled", 3, {kTiled, 16, 2048, 1 << 16}},    {"3d_hashed", 3, {kHashed, 16, 2048, 1 << 16}},
    {"3d_small_table", 3, {kTiled, 8, 64, 1 << 12}}, {"2d_tiled", 2, {kTiled, 16, 2048, 1 << 16}},
    {"2d_hashed", 2, {kHashed, 16, 2048, 1 << 16}},  {"2d_coarse", 2, {kTiled, 4, 64, 1 << 16}},
};

struct Inputs {
  GridSpec grid;
  std::vector<float> table, x, y, z, d;
  // Away from cell borders on the finest level: there fp32 and fp64 may pick different cells, and the slope jumps.
  Inputs(const Variant& v, int n) : grid(make_grid(v.dim, v.config)) {
    table = random_floats(2 * size_t(grid.entries), 11);
    grid_refresh_pad(grid, table.data());
    Rng rng(5);
    auto draw = [&] {
      for (;;) {
        const float v = rng.uniform();
        bool clear = true;
        for (int l = 0; l < kGridLevels; l++) {
          const float at = v * grid.scale[l] + 0.5f, f = at - std::floor(at);
          clear = clear && f > 2e-3f && f < 1 - 2e-3f;
        }
        if (clear) return v;
      }
    };
    for (int i = 0; i < n; i++) {
      x.push_back(draw());
      y.push_back(draw());
      z.push_back(draw());
    }
    d = random_floats(size_t(n) * 32, 13);
  }
};

void forward_case(const KernelTable& k, const Variant& v, int n) {
  Inputs in(v, n);
  const int ld = 40;
  Guarded<float> out(size_t(n) * ld, -7.f);
  k.grid_encode.forward(in.grid, in.table.data(), in.x.data(), in.y.data(), in.z.data(), n, out.data(), ld);
  EXPECT_TRUE(out.intact());
  std::vector<float> got;
  std::vector<double> want;
  for (int i = 0; i < n; i++) {
    const double p[3] = {in.x[size_t(i)], in.y[size_t(i)], in.z[size_t(i)]};
    double f[32];
    grid_encode_point<double>(in.grid, in.table.data(), p, f);
    want.insert(want.end(), f, f + 32);
    got.insert(got.end(), out.data() + i * ld, out.data() + i * ld + 32);
    for (int c = 32; c < ld; c++)
      EXPECT_EQ(out[size_t(i * ld + c)], -7.f);  // columns behind the features belong to others
  }
  // fp32 positions on a level of 2048 cells carry 2048 * 2^-24 of a cell; random tables turn that into about 1e-4
  EXPECT_CLOSE(got.data(), want.data(), want.size(), 2e-4);
}

void backward_case(const KernelTable& k, const Variant& v, int n) {
  Inputs in(v, n);
  Guarded<float> d_table(in.table.size());
  Guarded<float> dx(size_t(n), 9.f), dy(size_t(n), 9.f), dz(size_t(n), 9.f);
  k.grid_encode.backward(in.grid, in.table.data(), in.x.data(), in.y.data(), in.z.data(), n, in.d.data(), 32,
                         d_table.data(), dx.data(), dy.data(), dz.data());
  EXPECT_TRUE(d_table.intact() && dx.intact() && dy.intact() && dz.intact());
  Guarded<float> table_only(in.table.size());
  k.grid_encode.backward(in.grid, in.table.data(), in.x.data(), in.y.data(), in.z.data(), n, in.d.data(), 32,
                         table_only.data(), nullptr, nullptr, nullptr);
  grid_fold_pad(in.grid, table_only.data());
  grid_fold_pad(in.grid, d_table.data());
  EXPECT_CLOSE(table_only.data(), d_table.data(), in.table.size(),
               1e-6);  // asking for positions must not change the table's gradient
  std::vector<double> want(in.table.size(), 0), want_x, want_y, want_z;
  for (int i = 0; i < n; i++) {
    const double p[3] = {in.x[size_t(i)], in.y[size_t(i)], in.z[size_t(i)]};
    double d[32], dp[3] = {0, 0, 0};
    for (int c = 0; c < 32; c++) d[c] = in.d[size_t(i * 32 + c)];
    grid_encode_point_backward<double>(in.grid, in.table.data(), p, d, want.data(), dp);
    want_x.push_back(dp[0]);
    want_y.push_back(dp[1]);
    want_z.push_back(dp[2]);
  }
  EXPECT_CLOSE(d_table.data(), want.data(), want.size(), 2e-4);
  EXPECT_CLOSE(dx.data(), want_x.data(), want_x.size(), 2e-4);
  EXPECT_CLOSE(dy.data(), want_y.data(), want_y.size(), 2e-4);
  if (v.dim == 3) EXPECT_CLOSE(dz.data(), want_z.data(), want_z.size(), 2e-4);
}

// The twin itself: d(features . d)/d(table) and /d(position) by central differences.
void reference_case(const Variant& v) {
  Inputs in(v, 20);
  std::vector<double> table = doubles(in.table), d_table(table.size(), 0), points, d_points;
  for (size_t i = 0; i < 20; i++)
    for (float v : {in.x[i], in.y[i], in.z[i]}) points.push_back(double(v));
  d_points.assign(points.size(), 0);
  const std::vector<double> d = doubles(in.d);
  for (size_t i = 0; i < 20; i++)
    grid_encode_point_backward<double>(in.grid, table.data(), &points[3 * i], &d[32 * i], d_table.data(),
                                       &d_points[3 * i]);
  auto f = [&] {
    double sum = 0, features[32];
    for (size_t i = 0; i < 20; i++) {
      grid_encode_point<double>(in.grid, table.data(), &points[3 * i], features);
      for (size_t c = 0; c < 32; c++) sum += features[c] * d[32 * i + c];
    }
    return sum;
  };
  expect_gradient(table, d_table, f, 40, 1e-4, 1e-8);    // linear in the table: rounding only
  expect_gradient(points, d_points, f, 40, 1e-8, 1e-5);  // multilinear inside a cell; step 1e-8 leaves 1e-6 of rounding
}

}  // namespace
}  // namespace portrait::test

PORTRAIT_CASES(grid_encode) {
  using namespace portrait::test;
  for (const Variant& v : kVariants) {
    for (int n : {1, 37, 200}) {
      add(std::string(v.name) + "_forward_" + std::to_string(n),
          [v, n](const portrait::KernelTable& k) { forward_case(k, v, n); });
      add(std::string(v.name) + "_backward_" + std::to_string(n),
          [v, n](const portrait::KernelTable& k) { backward_case(k, v, n); });
    }
    add(std::string(v.name) + "_reference_gradient", [v](const portrait::KernelTable&) { reference_case(v); });
  }
  add("outside_is_clamped", [](const portrait::KernelTable& k) {
    const portrait::GridSpec g = portrait::make_grid(3, {kTiled, 16, 2048, 1 << 16});
    const std::vector<float> table = random_floats(2 * size_t(g.entries), 3);
    const float x[4] = {-5.f, 2.f, NAN, 1.f}, y[4] = {0.f, 1.f, 0.f, 1.f}, z[4] = {0.f, 1.f, 0.f, 1.f};
    Guarded<float> out(4 * 32);
    k.grid_encode.forward(g, table.data(), x, y, z, 4, out.data(), 32);
    for (int c = 0; c < 32; c++) {
      EXPECT_EQ(out[size_t(c)], out[size_t(64 + c)]) << "NaN reads what 0 reads";
      EXPECT_EQ(out[size_t(32 + c)], out[size_t(96 + c)]) << "beyond 1 reads what 1 reads";
    }
  });
  add("published_sizes", [](const portrait::KernelTable&) {  // counts of the released code: 903,480 and 555,520 entries
    auto entries = [](int dim) {
      const portrait::GridSpec g = portrait::make_grid(dim, {kTiled, 16, 2048, 1 << 16});
      size_t n = 0;
      for (uint32_t s : g.size) n += s;
      return n;
    };
    EXPECT_EQ(entries(3) * 2, 1806960u);
    EXPECT_EQ(entries(2) * 2, 1111040u);
  });
}
