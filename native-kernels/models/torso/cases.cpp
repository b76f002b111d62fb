// The torso step (tiles, hoisting, folding) against the double-precision reference, and the reference against central
// differences. Tables are coarse: on a fine random grid fp32 and fp64 land in different cells and correct code looks
// wrong.
#include "training/torso/step.h"
#include "example_options.h"
#include "harness.h"

namespace portrait::test {
namespace {

constexpr int kFull = 40, kLeft = 7, kTop = 9;  // a crop of a larger picture

struct Scene {
  TorsoModel model;
  std::vector<float> poses;
  std::vector<uint8_t> pixels[2];
  std::vector<uint32_t> rays[2];
  int frames[2] = {0, 2};
  int width, height;

  Scene(int w, int h, float share, uint64_t seed) : model(config(), seed), width(w), height(h) {
    Rng rng(seed + 1);
    TorsoSpec& s = model.spec;
    float* p = model.params.data();
    for (size_t i = s.table; i < s.deform0; i++) p[i] = 0.3f * rng.normal();
    for (size_t i = s.deform2; i < s.color0; i++) p[i] *= 4;  // far enough that the clamp holds for some
    grid_refresh_pad(s.grid, p + s.table);
    for (int i = 0; i < 18; i++) poses.push_back(rng.normal());
    for (int f = 0; f < 2; f++) {
      pixels[f].resize(size_t(w) * size_t(h) * kTorsoPixelBytes);
      for (auto& b : pixels[f]) b = uint8_t(rng.below(256));
      for (uint32_t i = 0; i < uint32_t(w * h); i++) {
        pixels[f][i * kTorsoPixelBytes + 6] = rng.below(2) ? 255 : 0;
        if (rng.uniform() < share) rays[f].push_back(i);
      }
    }
  }
  static TorsoConfig config() {
    TorsoConfig c = example_torso_config();
    c.frames = 3;
    c.finest_resolution = 64;
    return c;
  }
  std::vector<TorsoRay> reference_rays() const {
    const auto xs = torso_pixel_centres(kFull, kLeft, width), ys = torso_pixel_centres(kFull, kTop, height);
    std::vector<TorsoRay> out;
    for (int f = 0; f < 2; f++)
      for (uint32_t i : rays[f]) {
        const uint8_t* b = pixels[f].data() + size_t(i) * kTorsoPixelBytes;
        TorsoRay ray{frames[f], double(xs[i % uint32_t(width)]), double(ys[i / uint32_t(width)]), {}, {}, b[6] / 255.0};
        for (int c = 0; c < 3; c++) {
          ray.target[c] = b[c] / 255.0;
          ray.background[c] = b[3 + c] / 255.0;
        }
        out.push_back(ray);
      }
    return out;
  }
};

struct Group {
  const char* name;
  size_t begin, end;
};
std::vector<Group> groups(const TorsoSpec& s) {
  return {{"tiledGrid", s.table, s.deform0}, {"deform.0", s.deform0, s.deform1}, {"deform.1", s.deform1, s.deform2},
          {"deform.2", s.deform2, s.color0}, {"color.0", s.color0, s.color1},    {"color.1", s.color1, s.color2},
          {"color.2", s.color2, s.codes},    {"appearance", s.codes, s.total}};
}

TorsoLossWeights loss_weights() {
  TorsoLossWeights w;
  w.entropy_weight = 1e-2f;
  w.alpha_weight = 0.3f;
  return w;
}

void step_case(const KernelTable& k, int width, int height, float share) {
  Scene scene(width, height, share, 3);
  const TorsoSpec& s = scene.model.spec;
  const float* p = scene.model.params.data();
  TorsoHoist hoist;
  hoist.set_lattice(s, torso_pixel_centres(kFull, kLeft, width), torso_pixel_centres(kFull, kTop, height));
  hoist.project(s, p, k);
  TorsoPrepared prepared;
  prepared.prepare(s, p);
  float codes[2][kTorsoPose];
  std::vector<TorsoFrameRays> frames;
  for (int f = 0; f < 2; f++) {
    torso_pose_codes(scene.poses.data() + 6 * scene.frames[f], codes[f]);
    frames.push_back({scene.frames[f], codes[f], scene.pixels[f].data(), &scene.rays[f]});
  }
  TorsoStep step(s, k);
  const TorsoLoss loss = step.run(hoist, prepared, p, frames, loss_weights());
  std::vector<double> got(s.total, 0), want(s.total, 0);
  for (const float* g : step.gradients())
    for (size_t i = 0; i < s.total; i++) got[i] += double(g[i]);

  const std::vector<double> params(p, p + s.total);
  const auto rays = scene.reference_rays();
  const TorsoLoss reference = torso_reference_loss(s, loss_weights(), params.data(), doubles(scene.poses).data(),
                                                   rays.data(), rays.size(), want.data());
  // fp32 sums over at most 640 rays: measured below 5e-7
  EXPECT_NEAR(loss.color, reference.color, 2e-6 * reference.color);
  EXPECT_NEAR(loss.entropy, reference.entropy, 2e-6 * reference.entropy);
  EXPECT_NEAR(loss.alpha, reference.alpha, 2e-6 * reference.alpha);
  EXPECT_NEAR(loss.total, reference.total, 2e-6 * reference.total);
  for (const Group& g : groups(s)) {
    SCOPED_TRACE(g.name);
    // the grid's slope amplifies the rounding of a shifted coordinate: 7e-6 measured on what lies behind it, 5e-7
    // elsewhere
    EXPECT_CLOSE(got.data() + g.begin, want.data() + g.begin, g.end - g.begin, 3e-5);
  }
}

void reference_gradient() {
  Scene scene(9, 7, 1.f, 5);
  const TorsoSpec& s = scene.model.spec;
  const auto rays = scene.reference_rays();
  const std::vector<double> poses = doubles(scene.poses);
  std::vector<double> params(scene.model.params.begin(), scene.model.params.end()), gradient(s.total, 0);
  torso_reference_loss(s, loss_weights(), params.data(), poses.data(), rays.data(), rays.size(), gradient.data());
  for (const Group& g : groups(s)) {
    SCOPED_TRACE(g.name);
    std::vector<double> part(params.begin() + long(g.begin), params.begin() + long(g.end)),
        d(gradient.begin() + long(g.begin), gradient.begin() + long(g.end));
    const auto loss = [&] {
      std::copy(part.begin(), part.end(), params.begin() + long(g.begin));
      return torso_reference_loss(s, loss_weights(), params.data(), poses.data(), rays.data(), rays.size(), nullptr)
          .total;
    };
    // steps of 1e-6: rounding leaves 1e-9 of gradients near 1e-5; a ReLU or cell crossed shows as about 1e-4
    expect_gradient(part, d, loss, 8, 1e-6, 1e-3, 7, 1e-2);
    std::copy(part.begin(), part.end(), params.begin() + long(g.begin));
  }
}

}  // namespace
}  // namespace portrait::test

PORTRAIT_CASES(torso) {
  using namespace portrait;
  using namespace portrait::test;
  add("step_full_crop",
      [](const KernelTable& k) { step_case(k, 20, 16, 1.f); });  // two tiles a frame, the last not full
  add("step_scattered_rays", [](const KernelTable& k) { step_case(k, 31, 25, 0.3f); });
  add("step_one_row", [](const KernelTable& k) { step_case(k, 13, 1, 1.f); });
  add("reference_gradient", [](const KernelTable&) { reference_gradient(); });
  add("occupancy_threshold_and_lookup", [](const KernelTable&) {
    TorsoOccupancy occupancy;
    std::fill(occupancy.alpha.begin(), occupancy.alpha.end(), 0.f);
    EXPECT_TRUE(occupancy.live(64, 64, 0, 0, 64, 64).empty());
    occupancy.alpha[size_t(64) * kTorsoOccupancySide + 32] = 1.f;
    EXPECT_FLOAT_EQ(occupancy.threshold(), 1.f / (kTorsoOccupancySide * kTorsoOccupancySide));
    // cell (32, 64) covers pixel (16, 32) of 64: bilinear lookup reaches the pixels that touch it, and the crop shifts
    // them
    for (uint32_t pixel : occupancy.live(64, 64, 10, 30, 20, 20)) {
      EXPECT_NEAR(int(pixel % 20) + 10, 16, 1);
      EXPECT_NEAR(int(pixel / 20) + 30, 32, 1);
    }
    EXPECT_FALSE(occupancy.live(64, 64, 10, 30, 20, 20).empty());
    std::fill(occupancy.alpha.begin(), occupancy.alpha.end(), 1.f);
    EXPECT_FLOAT_EQ(occupancy.threshold(), 0.01f);
    EXPECT_EQ(occupancy.live(50, 40, 3, 5, 40, 30).size(), size_t(40 * 30));
  });
}
