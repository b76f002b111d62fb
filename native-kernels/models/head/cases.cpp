// The fused head against the double reference, value by value and gradient group by gradient group; and the reference
// against finite differences of its own loss. Fine grid levels are damped: with white noise on 2048 cells the ambient
// coordinate crosses cells between fp32 and fp64, and equally correct codes disagree by half.
#include "example_options.h"
#include "harness.h"
#include "head_device.h"

namespace portrait::test {
namespace {

struct Setup {
  HeadConfig config;
  HeadLayout layout;
  std::vector<float> params;
  std::vector<uint32_t> bits =
      std::vector<uint32_t>(size_t(kOccupancySide) * kOccupancySide * kOccupancySide / 32, ~0u);
  OccupancyView occupancy;
  std::vector<HeadFrame> frames = std::vector<HeadFrame>(2);
  float origin[3] = {0.2f, 0.1f, 3.3f};
  std::vector<RayTask> rays;
  RayLoss loss{};

  explicit Setup(const HeadConfig& c, int ray_count = 40) : config(c), layout(make_head_layout(c)) {
    params = random_floats(layout.total + 64, 21);
    for (const auto& [grid, at] :
         {std::pair(&layout.spatial, layout.spatial_table), std::pair(&layout.ambient, layout.ambient_table)})
      for (int l = 0; l < kGridLevels; l++)
        for (uint32_t e = 0; e < 2 * (grid->size[l] + kGridPad); e++)
          params[at + 2 * size_t(grid->offset[l]) + e] *= 0.5f * 16 / (grid->scale[l] + 1);
    grid_refresh_pad(layout.spatial, params.data() + layout.spatial_table);
    grid_refresh_pad(layout.ambient, params.data() + layout.ambient_table);
    auto shrink = [&](size_t begin, size_t end, float by) {
      for (size_t i = begin; i < end; i++) params[i] *= by;
    };
    shrink(layout.nets, layout.audio_net, 0.17f);
    if (layout.ambient_dim == 1) shrink(layout.ambient3 + kHidden, layout.ambient3 + 2 * kHidden, 0.f);
    for (int i = 0; i < 64; i++)
      params[layout.density3_sigma + size_t(i)] = std::fabs(params[layout.density3_sigma + size_t(i)]);  // some density
    occupancy = {bits.data(), {-0.25f, -0.25f, -0.25f}, {0.25f, 0.25f, 0.25f}};
    Rng rng(22);
    for (HeadFrame& f : frames) {
      for (float& v : f.code) v = rng.signed_uniform();
      f.eye = rng.uniform();
      for (float& v : f.appearance) v = 0.1f * rng.normal();
    }
    for (int r = 0; r < ray_count; r++) {
      RayTask t{};
      float length = 0;
      for (int k = 0; k < 3; k++) t.dir[k] = rng.signed_uniform() * 0.3f - origin[k];
      for (float d : t.dir) length += d * d;
      for (float& d : t.dir) d /= std::sqrt(length);
      t.jitter = rng.uniform();
      for (int k = 0; k < 3; k++) {
        t.target[k] = rng.uniform();
        t.background[k] = rng.uniform();
      }
      t.weight = r % 4 ? 1.f : 2.f;
      t.ambient = r % 3 ? 0.01f / float(ray_count) : 0.f;
      rays.push_back(t);
    }
    loss = {1.f / float(ray_count), 0.01f, 0.f, config.max_samples, 4, 1e-4f};
  }

  RayStats train(HeadDevice& device) {
    device.prepare(params.data());
    for (HeadFrame& f : frames) device.condition(f);
    device.begin_step(2);
    RayStats stats{};
    const int half = int(rays.size()) / 2;
    for (int f = 0; f < 2; f++)
      device.train(0, f, frames[size_t(f)], occupancy, origin, rays.data() + f * half, half, loss, &stats);
    return stats;
  }
};

HeadConfig small_config() {
  HeadConfig c = example_head_config();
  c.audio_inputs = 8;
  c.density_bias = 1;
  return c;
}

void trace_case(const KernelTable& k, const HeadConfig& config) {
  Setup s(config, 48);
  auto fast = make_cpu_head_device(s.layout, config.density_bias, &k),
       slow = make_reference_head_device(s.layout, config.density_bias);
  std::vector<float> dirs, jitter;
  for (const RayTask& r : s.rays) {
    dirs.insert(dirs.end(), r.dir, r.dir + 3);
    jitter.push_back(r.jitter);
  }
  const size_t n = s.rays.size();
  Guarded<float> color(3 * n), left(n), want_color(3 * n), want_left(n);
  RayStats a{}, b{};
  HeadDevice* devices[2] = {fast.get(), slow.get()};
  for (int d = 0; d < 2; d++) {
    devices[d]->prepare(s.params.data());
    devices[d]->condition(s.frames[0]);
    devices[d]->trace(0, s.frames[0], s.occupancy, s.origin, dirs.data(), jitter.data(), int(n), s.loss,
                      d ? want_color.data() : color.data(), d ? want_left.data() : left.data(), d ? &b : &a);
  }
  EXPECT_TRUE(color.intact() && left.intact());
  EXPECT_EQ(a.hits, b.hits);
  EXPECT_GT(a.samples, int64_t(n));
  // a sample within fp32 rounding of an ambient cell border moves a pixel by about 1e-5
  EXPECT_CLOSE(color.data(), want_color.data(), 3 * n, 1e-4);
  EXPECT_CLOSE(left.data(), want_left.data(), n, 1e-4);
}

void query_case(const KernelTable& k, int n) {
  Setup s(small_config());
  auto fast = make_cpu_head_device(s.layout, 1.f, &k), slow = make_reference_head_device(s.layout, 1.f);
  const auto x = random_floats(size_t(n), 1, 0, 1), y = random_floats(size_t(n), 2, 0, 1),
             z = random_floats(size_t(n), 3, 0, 1);
  const size_t count = size_t(n);
  Guarded<float> sigma(count), ambient(3 * count), want_sigma(count), want_ambient(3 * count);
  fast->prepare(s.params.data());
  fast->condition(s.frames[0]);
  fast->query(0, s.frames[0], x.data(), y.data(), z.data(), n, sigma.data(), ambient.data());
  slow->prepare(s.params.data());
  slow->query(0, s.frames[0], x.data(), y.data(), z.data(), n, want_sigma.data(), want_ambient.data());
  EXPECT_TRUE(sigma.intact() && ambient.intact());
  EXPECT_CLOSE(sigma.data(), want_sigma.data(), count, 1e-4);
  EXPECT_CLOSE(ambient.data(), want_ambient.data(), 3 * count, 1e-4);
}

struct Group {
  const char* name;
  size_t begin, end;
};
std::vector<Group> groups(const HeadLayout& h) {
  return {{"spatial table", h.spatial_table, h.ambient_table},
          {"ambient table", h.ambient_table, h.nets},
          {"ambient1 features", h.ambient1_f, h.ambient1_audio},
          {"ambient1 audio", h.ambient1_audio, h.ambient2},
          {"ambient2", h.ambient2, h.ambient3},
          {"ambient3", h.ambient3, h.density1},
          {"density1", h.density1, h.density1_eye},
          {"density1 eye", h.density1_eye, h.density1_audio},
          {"density1 audio", h.density1_audio, h.density2},
          {"density2", h.density2, h.density3_sigma},
          {"density3 sigma", h.density3_sigma, h.density3_geo},
          {"density3 geo", h.density3_geo, h.color1_geo},
          {"color1 geo", h.color1_geo, h.color1_dir},
          {"color1 dir", h.color1_dir, h.color1_code},
          {"color1 code", h.color1_code, h.color2},
          {"color2", h.color2, h.audio_net}};
}

std::vector<float> total_gradient(HeadDevice& device, size_t total) {
  std::vector<float> sum(total, 0.f);
  for (const float* part : device.gradients())
    for (size_t i = 0; i < total; i++) sum[i] += part[i];
  return sum;
}

void gradient_case(const KernelTable& k, const HeadConfig& config, float sharpness) {
  Setup s(config, 60);
  s.loss.sharpness_weight = sharpness;
  auto fast = make_cpu_head_device(s.layout, config.density_bias, &k),
       slow = make_reference_head_device(s.layout, config.density_bias);
  const RayStats a = s.train(*fast), b = s.train(*slow);
  EXPECT_EQ(a.hits, b.hits);
  EXPECT_NEAR(a.squared_error, b.squared_error, 1e-4 * b.squared_error);
  EXPECT_NEAR(a.entropy, b.entropy, 1e-3 * b.entropy);
  EXPECT_NEAR(a.ambient_loss, b.ambient_loss, 1e-4 * b.ambient_loss);
  EXPECT_NEAR(a.squares, b.squares, 1e-4 * b.squares + 1e-12);
  std::vector<float> codes[2], looks[2];
  HeadDevice* devices[2] = {fast.get(), slow.get()};
  for (int d = 0; d < 2; d++) {
    codes[d].resize(2 * kAudioCode);
    looks[d].resize(2 * kAppearance);
    devices[d]->finish_step(s.frames.data(), 2, codes[d].data(), looks[d].data());
  }
  const auto got = total_gradient(*fast, s.layout.total);
  auto want = total_gradient(*slow, s.layout.total);
  for (const Group& g : groups(s.layout)) {
    if (g.begin == g.end) continue;
    SCOPED_TRACE(g.name);
    // 1e-6 where no cell border lies between fp32 and fp64; a sample on the other side of one costs up to 2e-3
    EXPECT_CLOSE(got.data() + g.begin, want.data() + g.begin, g.end - g.begin, 3e-3);
  }
  EXPECT_CLOSE(codes[0].data(), codes[1].data(), codes[0].size(), 3e-3);
  EXPECT_CLOSE(looks[0].data(), looks[1].data(), looks[0].size(), 3e-3);
}

// A step whose parameters are NaN leaves NaN in the scratch memory. Padding rows of later, smaller steps must not read
// it.
void stale_nan_case(const KernelTable& k, int ray_count) {
  Setup good(small_config(), ray_count), broken(small_config(), 2 * kChunkRays);
  for (float& p : broken.params) p = NAN;
  auto used = make_cpu_head_device(good.layout, 1.f, &k), fresh = make_cpu_head_device(good.layout, 1.f, &k);
  std::vector<float> codes(2 * kAudioCode), looks(2 * kAppearance);
  broken.train(*used);
  used->finish_step(broken.frames.data(), 2, codes.data(), looks.data());
  used->clear_gradients();
  for (HeadDevice* device : {used.get(), fresh.get()}) {
    good.train(*device);
    device->finish_step(good.frames.data(), 2, codes.data(), looks.data());
  }
  const auto got = total_gradient(*used, good.layout.total), want = total_gradient(*fresh, good.layout.total);
  size_t differing = 0;
  for (size_t i = 0; i < got.size(); i++) differing += !(got[i] == want[i]);
  EXPECT_EQ(differing, 0u) << ray_count << " rays";
}

// d(loss)/d(parameter) of the reference by central differences, six parameters of each group.
void reference_case(const HeadConfig& config, float sharpness) {
  Setup s(config, 24);
  s.loss.sharpness_weight = sharpness;
  for (RayTask& r : s.rays) r.weight = 1;  // stats count errors unweighted
  auto device = make_reference_head_device(s.layout, config.density_bias);
  auto loss = [&] {
    const RayStats t = s.train(*device);
    return double(s.loss.inverse_rays) * (t.squared_error / 3 + double(s.loss.entropy_weight) * t.entropy -
                                          double(s.loss.sharpness_weight) * t.squares) +
           t.ambient_loss;
  };
  loss();
  std::vector<float> codes(2 * kAudioCode), looks(2 * kAppearance);
  device->finish_step(s.frames.data(), 2, codes.data(), looks.data());
  const std::vector<float> gradient = total_gradient(*device, s.layout.total);
  Rng rng(31);
  for (const Group& g : groups(s.layout)) {
    if (g.begin == g.end) continue;
    SCOPED_TRACE(g.name);
    double largest = 0, error2 = 0, size2 = 0;
    for (size_t i = g.begin; i < g.end; i++) largest = std::max(largest, double(std::fabs(gradient[i])));
    ASSERT_GT(largest, 0);
    for (int checks = 0, tries = 0; checks < 6 && tries < 200000; tries++) {
      const size_t i = g.begin + rng.below(uint32_t(g.end - g.begin));
      if (std::fabs(gradient[i]) < 0.02 * largest) continue;
      checks++;
      const float keep = s.params[i], high = keep + 1e-4f, low = keep - 1e-4f;
      s.params[i] = high;
      const double up = loss();
      s.params[i] = low;
      const double down = loss();
      s.params[i] = keep;
      const double measured = (up - down) / (double(high) - double(low));
      error2 += (measured - double(gradient[i])) * (measured - double(gradient[i]));
      size2 += measured * measured;
    }
    // step 1e-4 in a piecewise smooth function: ReLU and cell borders between the two points cost up to a few percent
    EXPECT_LE(std::sqrt(error2 / (size2 + 1e-300)), 3e-2);
  }
}

}  // namespace
}  // namespace portrait::test

PORTRAIT_CASES(head) {
  using namespace portrait::test;
  using portrait::KernelTable;
  portrait::HeadConfig plain = small_config(), hashed = plain, direct = plain, paper = plain;
  hashed.spatial_grid.indexing = hashed.ambient_grid.indexing = portrait::GridIndexing::hashed;
  hashed.ambient_grid.finest_resolution = 2048;
  direct.audio_to_density = true;
  paper.ambient_grid.base_resolution = 16;
  paper.ambient_grid.finest_resolution = 2048;
  paper.density_bias = 0;
  paper.max_samples = 8;
  portrait::HeadConfig one = plain, three = plain;
  one.ambient_dim = 1;
  three.ambient_dim = 3;
  struct Variant {
    const char* name;
    portrait::HeadConfig config;
  };
  for (const Variant& v : {Variant{"plain", plain}, Variant{"hashed", hashed}, Variant{"audio_to_density", direct},
                           Variant{"paper_grid", paper}, Variant{"ambient_1", one}, Variant{"ambient_3", three}}) {
    add(std::string("trace_") + v.name, [v](const KernelTable& k) { trace_case(k, v.config); });
    add(std::string("gradient_") + v.name, [v](const KernelTable& k) { gradient_case(k, v.config, 0.f); });
  }
  add("gradient_sharpness", [plain](const KernelTable& k) { gradient_case(k, plain, 0.01f); });
  add("stale_nan_of_an_earlier_step", [](const KernelTable& k) {
    for (int rays : {2, 4, 6, 10, 14, 22, 26, 34}) stale_nan_case(k, rays);
  });
  for (int n : {1, 11, 12, 13, 77, 384})
    add("query_" + std::to_string(n), [n](const KernelTable& k) { query_case(k, n); });
  add("reference_gradient", [direct, three](const KernelTable& k) {
    if (&k != &portrait::kernels()) return;  // knows no instruction set: once is enough
    reference_case(direct, 0.01f);
    reference_case(three, 0.f);
  });
}
