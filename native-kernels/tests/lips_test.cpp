// Lips fine-tuning: every other step is a patch whose LPIPS gradient enters each ray as an extra colour gradient.
// The LPIPS net has random weights: its maths is tested elsewhere, here only that its gradient arrives.
#include "synthetic.h"

namespace portrait::test {
namespace {

struct RandomLpips {
  std::vector<std::vector<float>> conv, bias, lin;
  std::shared_ptr<const LpipsNet> net;
  RandomLpips() {
    LpipsWeights w{};
    conv.resize(kLpipsLayers), bias.resize(kLpipsLayers), lin.resize(kLpipsLayers);
    for (int l = 0; l < kLpipsLayers; l++) {
      const LpipsLayer& s = kLpipsLayer[l];
      const size_t inputs = size_t(s.in * s.kernel * s.kernel);
      const float bound = std::sqrt(6.f / float(inputs));
      conv[size_t(l)] = random_floats(size_t(s.out) * inputs, uint64_t(l + 1), -bound, bound);
      bias[size_t(l)] = random_floats(size_t(s.out), uint64_t(l + 11), -0.01f, 0.01f);
      lin[size_t(l)] = random_floats(size_t(s.out), uint64_t(l + 21), 0.f, 1.f);
      w.conv[l] = conv[size_t(l)].data();
      w.bias[l] = bias[size_t(l)].data();
      w.lin[l] = lin[size_t(l)].data();
    }
    net = std::make_shared<LpipsNet>(w);
  }
};

const SyntheticClip& clip() {
  static const SyntheticClip c(testing::TempDir() + "portrait_lips_clip.bin");
  return c;
}
const RandomLpips& lpips() {
  static const RandomLpips l;
  return l;
}

struct Training {
  std::shared_ptr<Head> head = std::make_shared<Head>(synthetic_config(), 3, Backend::cpu);
  std::unique_ptr<HeadTrainer> trainer;
  explicit Training(float weight) {
    head->occupancy().set_from_mask(clip().hull.data());
    HeadTrainingOptions warm = synthetic_options();
    StepStats s;
    EXPECT_TRUE(HeadTrainer(head, clip().open(head->config()), warm, nullptr).run(60, {}, &s).ok());
    HeadTrainingOptions options = warm;
    options.occupancy_interval = 0;
    trainer =
        std::make_unique<HeadTrainer>(head, clip().open(head->config()), options,
                                      std::make_unique<LipsTraining>(LipsTraining{{weight, 64, 32}, lpips().net}));
  }
  StepStats run(int steps) {
    StepStats s;
    const Status status = trainer->run(steps, {}, &s);
    EXPECT_TRUE(status.ok()) << status.message;
    return s;
  }
};

TEST(Lips, LpipsFallsAndTheGridStays) {
  Training t(0.05f);
  const std::vector<float> before = t.head->occupancy().density();
  const double first = t.run(8).lpips;
  t.run(60);
  const double last = t.run(8).lpips;
  EXPECT_GT(first, 0);
  EXPECT_LT(last, first);
  EXPECT_EQ(t.head->occupancy().density(), before);
}

TEST(Lips, TheWeightOfTheDistanceMatters) {
  Training with(0.05f), without(0.f);
  with.run(2);
  without.run(2);
  EXPECT_NE(with.trainer->checkpoint(), without.trainer->checkpoint());
}

TEST(Lips, ResumesInTheMiddleOfAPair) {
  Training whole(0.02f), part(0.02f);
  whole.run(9);
  part.run(5);
  const auto bytes = part.trainer->checkpoint();
  ASSERT_TRUE(part.trainer->restore(bytes.data(), bytes.size()).ok());
  part.run(4);
  EXPECT_EQ(whole.trainer->checkpoint(), part.trainer->checkpoint());
}

// d(colour) of the patch against finite differences would need a smooth net; the chain from colour to parameters is the
// one of the squared error, so a gradient handed in as d_color must move parameters exactly as that error would.
TEST(Lips, AnExtraColourGradientActsLikeTheErrorItStandsFor) {
  Training t(0.f);
  Head& head = *t.head;
  const HeadLayout& h = head.layout();
  HeadFrame frame{};
  frame.eye = 0.25f;
  float origin[3] = {0, 0, 3.3f};
  auto gradient = [&](bool as_extra) {
    auto device = make_cpu_head_device(h, head.config().density_bias);
    device->prepare(head.params().data());
    device->condition(frame);
    device->begin_step(1);
    RayTask ray{};
    ray.dir[2] = -1;
    ray.weight = as_extra ? 0.f : 1.f;
    for (int k = 0; k < 3; k++) ray.background[k] = 0.5f;
    RayLoss loss{1.f, 0.f, 0.f, 16, 4, 1e-4f};
    RayStats stats{};
    float color[3], left;
    device->trace(0, frame, head.occupancy().view(), origin, ray.dir, &ray.jitter, 1, loss, color, &left, &stats);
    if (as_extra)
      for (int k = 0; k < 3; k++) ray.d_color[k] = 2 * (color[k] + left * 0.5f) / 3;
    device->train(0, 0, frame, head.occupancy().view(), origin, &ray, 1, loss, &stats);
    float code[kAudioCode], look[kAppearance];
    device->finish_step(&frame, 1, code, look);
    const float* g = device->gradients()[0];
    return std::vector<float>(g, g + h.total);
  };
  const auto error = gradient(false), extra = gradient(true);
  EXPECT_CLOSE(extra.data(), error.data(), error.size(), 1e-5);  // the colour is rounded once more on its way
}

}  // namespace
}  // namespace portrait::test
