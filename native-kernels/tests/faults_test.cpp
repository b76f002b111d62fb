// Faults found in review, one test each. Those of the binding are in libs/kernels/src/faults.spec.ts.
#include <atomic>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <thread>

#include "ops/march_rays/march_rays.h"
#include "portrait/check_options.h"
#include "portrait/thread_pool.h"
#include "synthetic.h"

namespace portrait::test {
namespace {

const SyntheticClip& clip() {
  static const SyntheticClip c(testing::TempDir() + "portrait_faults_clip.bin");
  return c;
}

struct Training {
  std::shared_ptr<Head> head = std::make_shared<Head>(synthetic_config(), 3, Backend::cpu);
  std::unique_ptr<HeadTrainer> trainer;
  explicit Training(const HeadTrainingOptions& options) {
    head->occupancy().set_from_mask(clip().hull.data());
    trainer = std::make_unique<HeadTrainer>(head, clip().open(synthetic_config()), options, nullptr);
  }
  void run(int steps) {
    StepStats s;
    const Status status = trainer->run(steps, {}, &s);
    EXPECT_TRUE(status.ok()) << status.message;
  }
};

TEST(Faults, FewerStepsThanEmaIntervalSaveTheTrainedHead) {
  HeadTrainingOptions options = synthetic_options();
  options.ema_interval = 1000;
  Training t(options);
  t.run(3);
  const auto saved = t.trainer->evaluation_head();
  const size_t total = t.head->layout().total;
  EXPECT_EQ(std::memcmp(saved->params().data(), t.head->params().data(), total * sizeof(float)), 0);
}

TEST(Faults, AppearanceTableOfAHeadInTrainingCannotShrink) {
  Training t(synthetic_options());
  auto tensors = t.head->tensors();
  for (Tensor& tensor : tensors)
    if (tensor.name == "appearance") {
      tensor.shape[0] = 2;
      tensor.data.resize(2 * kAppearance);
    }
  EXPECT_EQ(t.head->set_tensors(tensors).code, StatusCode::invalid_argument);
  t.run(2);
  EXPECT_EQ(t.head->appearance().size(), size_t(SyntheticClip::kFrames) * kAppearance);
}

TEST(Faults, LongerAppearanceTableIsNotReadBeyondTheTrainersFrames) {
  Training t(synthetic_options());
  t.head->ensure_appearance(SyntheticClip::kFrames + 50);
  t.run(2);
  const auto bytes = t.trainer->checkpoint();
  EXPECT_TRUE(t.trainer->restore(bytes.data(), bytes.size()).ok());
}

TEST(Faults, ExceptionInAPoolThreadReachesTheCallerAfterAllHaveStopped) {
  for (size_t bad : {size_t(0), size_t(1), size_t(pool_threads() - 1)}) {
    std::atomic<int> running{0};
    EXPECT_THROW(parallel_chunks(64,
                                 [&](size_t c, int) {
                                   running++;
                                   std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                   running--;
                                   if (c == bad) throw std::runtime_error("chunk failed");
                                 }),
                 std::runtime_error);
    EXPECT_EQ(running, 0);
  }
  std::atomic<int> runs{0};
  parallel_chunks(20, [&](size_t, int) { runs++; });
  EXPECT_EQ(runs, 20) << "the pool works after an exception";
}

TEST(Faults, OptionsThatAreNotFiniteOrOutOfRangeAreRefused) {
  HeadConfig config = synthetic_config();
  config.density_bias = NAN;
  EXPECT_EQ(Head::check(config).code, StatusCode::invalid_argument);
  HeadTrainingOptions options = synthetic_options();
  options.grid_learning_rate = std::numeric_limits<float>::infinity();
  EXPECT_EQ(HeadTrainer::check(options).code, StatusCode::invalid_argument);
  EXPECT_NE(HeadTrainer::check(options).message.find("gridLearningRate"), std::string::npos);
  EXPECT_EQ(HeadTrainer::check(HeadTrainingOptions{}).code, StatusCode::invalid_argument);
}

TEST(Faults, CamerasThatAreNoRotationAreRefused) {
  const auto checked = [](float scale, float focal) {
    Camera c{{scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, scale, 3.3f}, focal, 20, 20};
    return c.check().code;
  };
  EXPECT_EQ(checked(1, 100), StatusCode::ok);
  EXPECT_EQ(checked(1e-20f, 100), StatusCode::invalid_argument);
  EXPECT_EQ(checked(0, 100), StatusCode::invalid_argument);
  EXPECT_EQ(checked(NAN, 100), StatusCode::invalid_argument);
  EXPECT_EQ(checked(1, NAN), StatusCode::invalid_argument);
}

TEST(Faults, CropsThatDoNotFitAreRefused) {
  const AudioShape shape = audio_shape_of(synthetic_config());
  const auto opened = [&](int left, int top, int width) {
    DatasetArrays a = clip().arrays;
    a.crop_left = left;
    a.crop_top = top;
    a.crop_width = width;
    return Dataset().open(a, shape).code;
  };
  constexpr int side = SyntheticClip::kSide;
  EXPECT_EQ(opened(0, 0, side), StatusCode::ok);
  EXPECT_EQ(opened(-1, 0, side), StatusCode::invalid_argument);
  EXPECT_EQ(opened(0, -1, side), StatusCode::invalid_argument);
  EXPECT_EQ(opened(0, 0, 65536), StatusCode::invalid_argument);
  EXPECT_EQ(opened(2147483647, 0, side), StatusCode::invalid_argument);
}

TEST(Faults, RectanglesOfFramesWithoutAFaceCountAsEmpty) {
  DatasetArrays a = clip().arrays;
  for (Rect& r : a.lips) r = {NAN, NAN, NAN, NAN};
  for (Rect& r : a.face) r = {-1e30f, 0, 1e30f, 10};
  auto data = std::make_shared<Dataset>();
  ASSERT_TRUE(data->open(a, audio_shape_of(synthetic_config())).ok());
  EXPECT_EQ(data->arrays().lips[0].right, 0);
  EXPECT_EQ(data->arrays().face[0].right, 0);
}

}  // namespace
}  // namespace portrait::test

PORTRAIT_CASES(march_rays_faults) {
  using namespace portrait;
  // Tiny directions made the lattice index overflow an int; far cameras made the march endless.
  add("degenerate_rays_end_within_bounds", [](const KernelTable& k) {
    const std::vector<uint32_t> bits(size_t(kOccupancySide) * kOccupancySide * kOccupancySide / 32, ~0u);
    const OccupancyView occupancy{bits.data(), {-1, -1, -1}, {1, 1, 1}};
    const float tiny = 1e-20f, inf = std::numeric_limits<float>::infinity();
    const float origins[] = {0, 0, 0, 0, 0, 0, 0, 0, 1e30f, NAN, 0, 0, 0, 0, 3, 0, 0, inf};
    const float dirs[] = {tiny, tiny, tiny, 0, 0, 0, 0, 0, -1, 0, 0, -1, NAN, NAN, NAN, 0, 0, -1};
    const std::vector<float> jitter(6, 0.f);
    std::vector<float> ts(6 * (kMaxSamples + 16));
    std::vector<int32_t> counts(6, -1);
    k.march_rays.march(occupancy, origins, dirs, jitter.data(), 6, kMaxSamples, ts.data(), counts.data());
    for (int r = 0; r < 6; r++) {
      EXPECT_GE(counts[size_t(r)], 0);
      EXPECT_LE(counts[size_t(r)], kMaxSamples);
      const double o[3] = {origins[3 * r], origins[3 * r + 1], origins[3 * r + 2]};
      const double d[3] = {dirs[3 * r], dirs[3 * r + 1], dirs[3 * r + 2]};
      double t[kMaxSamples];
      const int n = march_ray<double>(occupancy, o, d, 0.0, kMaxSamples, t);
      EXPECT_TRUE(n >= 0 && n <= kMaxSamples);
    }
    EXPECT_EQ(counts[2], 0) << "farther away than fp32 resolves";
  });
}
