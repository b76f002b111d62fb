#include <chrono>
#include <thread>

#include "portrait/thread_pool.h"
#include "rendering/head/renderer.h"
#include "synthetic.h"

namespace portrait::test {
namespace {

const SyntheticClip& clip() {
  static const SyntheticClip c(testing::TempDir() + "portrait_synthetic_clip.bin");
  return c;
}

struct Training {
  std::shared_ptr<Head> head;
  std::unique_ptr<HeadTrainer> trainer;
  explicit Training(HeadTrainingOptions options = synthetic_options(), HeadConfig config = synthetic_config(),
                    Backend backend = Backend::cpu) {
    head = std::make_shared<Head>(config, 3, backend);
    head->occupancy().set_from_mask(clip().hull.data());
    trainer = std::make_unique<HeadTrainer>(head, clip().open(config), options, nullptr);
  }
  StepStats run(int steps) {
    StepStats s;
    const Status status = trainer->run(steps, {}, &s);
    EXPECT_TRUE(status.ok()) << status.message;
    return s;
  }
};

double frame_psnr(Head& head, int f, const float* audio, bool mouth_only) {
  constexpr int side = SyntheticClip::kSide;
  HeadView view{};
  const DatasetArrays& a = clip().arrays;
  std::copy_n(a.cameras.data() + 12 * f, 12, view.camera.matrix);
  view.camera.focal = a.focal;
  view.camera.cx = view.camera.cy = a.cx;
  view.width = view.height = side;
  view.early_stop_eps = 1e-4f;
  head.device().prepare(head.params().data());
  head.device().audio_forward(0, 0, audio, view.frame.code);
  view.frame.eye = a.eye[size_t(f)];
  std::copy_n(head.mean_appearance(), kAppearance, view.frame.appearance);
  std::vector<uint8_t> background(3 * side * side);
  Guarded<uint8_t> out(3 * side * side);
  Guarded<float> weights(side * side);
  const uint8_t* truth = clip().packed.data() + size_t(f) * side * side * 8;
  for (int i = 0; i < side * side; i++) std::copy_n(truth + 8 * i + 3, 3, background.data() + 3 * i);
  view.background = background.data();
  RenderStats stats;
  EXPECT_TRUE(render_head(head, view, out.data(), weights.data(), {}, &stats).ok());
  EXPECT_TRUE(out.intact() && weights.intact());
  double error = 0;
  int n = 0;
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++) {
      const Rect r = a.lips[size_t(f)];
      if (mouth_only && (x < r.left || x >= r.right || y < r.top || y >= r.bottom)) continue;
      for (int k = 0; k < 3; k++, n++) {
        const double d = (double(out[size_t(3 * (y * side + x) + k)]) - double(truth[8 * (y * side + x) + k])) / 255;
        error += d * d;
      }
    }
  return -10 * std::log10(error / n);
}

const float* audio_of(int f) { return clip().arrays.audio.data() + SyntheticClip::kAudio * f; }

TEST(HeadTrainer, LearnsAPictureAndAMouthThatFollowsTheAudio) {
  Training r;
  const double first = r.run(10).mse, last = [&] {
    r.run(150);
    return r.run(40).mse;
  }();
  EXPECT_LT(last, first / 8);
  const int held_out = SyntheticClip::kFrames - 1;
  EXPECT_GT(frame_psnr(*r.head, held_out, audio_of(held_out), false), 25);
  // The mouth of a held-out frame is right with its own audio and wrong with that of the most different frame.
  int other = 0;
  auto signal = [&](int f) { return std::sin(float(f) * 1.7f); };
  for (int f = 1; f < held_out; f++)
    if (std::fabs(signal(f) - signal(held_out)) > std::fabs(signal(other) - signal(held_out))) other = f;
  EXPECT_GT(frame_psnr(*r.head, held_out, audio_of(held_out), true),
            frame_psnr(*r.head, held_out, audio_of(other), true) + 3);
  AmbientReport report;
  ASSERT_TRUE(r.trainer->probe_ambient(60, 16, &report).ok());
  EXPECT_GT(report.mouth.points, 20);
  EXPECT_GT(report.mouth.spread, 0.02);
  EXPECT_LT(report.mouth.mean, 0.99);
}

TEST(HeadTrainer, SameSeedSameBytes) {
  Training a, b;
  a.run(25);
  b.run(10);
  b.run(15);
  EXPECT_EQ(a.trainer->checkpoint(), b.trainer->checkpoint());
}

TEST(HeadTrainer, RestoredRunEndsWithTheSameBytes) {
  HeadTrainingOptions options = synthetic_options();
  options.ema_interval = 5;
  Training whole(options), part(options), resumed(options);
  whole.run(40);
  part.run(17);
  const auto bytes = part.trainer->checkpoint();
  resumed.run(3);  // whatever it did before must not matter
  ASSERT_TRUE(resumed.trainer->restore(bytes.data(), bytes.size()).ok());
  resumed.run(23);
  EXPECT_EQ(whole.trainer->checkpoint(), resumed.trainer->checkpoint());
}

TEST(HeadTrainer, BadCheckpointsAreRefusedAndChangeNothing) {
  Training r;
  r.run(5);
  const auto good = r.trainer->checkpoint();
  auto refuse = [&](std::vector<uint8_t> bytes, StatusCode code) {
    EXPECT_EQ(r.trainer->restore(bytes.data(), bytes.size()).code, code);
    EXPECT_EQ(r.trainer->checkpoint(), good);
  };
  refuse({}, StatusCode::corrupt_checkpoint);
  refuse({good.begin(), good.begin() + 20}, StatusCode::corrupt_checkpoint);
  refuse({good.begin(), good.end() - 1}, StatusCode::corrupt_checkpoint);
  auto flipped = good;
  flipped[good.size() / 2] ^= 1;
  refuse(flipped, StatusCode::corrupt_checkpoint);
  auto newer = good;
  newer[8] = 99;
  refuse(newer, StatusCode::version_mismatch);
  HeadTrainingOptions averaged = synthetic_options();
  averaged.ema_interval = 5;
  refuse(Training(averaged).trainer->checkpoint(), StatusCode::version_mismatch);
  Training broken;
  broken.head->params()[broken.head->layout().nets] = NAN;
  refuse(broken.trainer->checkpoint(), StatusCode::non_finite);
}

TEST(HeadTrainer, NaNStopsTheRunAndARestoreMendsIt) {
  Training r;
  r.run(5);
  const auto good = r.trainer->checkpoint();
  r.head->params()[r.head->layout().density2] = NAN;
  StepStats s;
  EXPECT_EQ(r.trainer->run(3, {}, &s).code, StatusCode::non_finite);
  ASSERT_TRUE(r.trainer->restore(good.data(), good.size()).ok());
  Training untouched;
  untouched.run(10);
  r.run(5);
  EXPECT_EQ(r.trainer->checkpoint(), untouched.trainer->checkpoint());
}

TEST(HeadTrainer, AbortSettlesBetweenStepsAndTheRunCanGoOn) {
  Training r;
  const int32_t raised = 1;
  StepStats s;
  EXPECT_EQ(r.trainer->run(1000, {&raised}, &s).code, StatusCode::aborted);
  EXPECT_EQ(r.trainer->step(), 0);
  int32_t flag = 0;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    __atomic_store_n(&flag, 1, __ATOMIC_RELAXED);
  });
  EXPECT_EQ(r.trainer->run(1000000, {&flag}, &s).code, StatusCode::aborted);
  later.join();
  const int done = int(r.trainer->step());
  r.run(2);
  Training straight;
  straight.run(done + 2);
  EXPECT_EQ(r.trainer->checkpoint(), straight.trainer->checkpoint());
}

TEST(HeadTrainer, ReferenceAndCpuLearnTheSame) {
  HeadTrainingOptions options = synthetic_options();
  options.rays_per_step = 64;
  options.occupancy_interval = 0;
  Training fast(options), slow(options, synthetic_config(), Backend::reference);
  for (int i = 0; i < 4; i++) {
    const double a = fast.run(1).mse, b = slow.run(1).mse;
    EXPECT_NEAR(a, b, 2e-3 * b)
        << "step " << i;  // Adam's first steps are the gradient's sign: tiny entries flip between fp32 and fp64
  }
}

TEST(HeadTrainer, ConvolutionalEncoderWithAttentionTrains) {
  HeadConfig config = synthetic_config();
  config.audio_network = AudioNetwork::conv;
  config.audio_inputs = 4;
  config.audio_attention = true;
  DatasetArrays arrays = clip().arrays;
  arrays.audio = random_floats(size_t(SyntheticClip::kFrames) * kAudioWindow * 4, 3);
  auto data = std::make_shared<Dataset>();
  ASSERT_TRUE(data->open(arrays, audio_shape_of(config)).ok());
  auto head = std::make_shared<Head>(config, 3, Backend::cpu);
  head->occupancy().set_from_mask(clip().hull.data());
  const std::vector<float> before(head->params().begin() + long(head->layout().audio_net),
                                  head->params().begin() + long(head->layout().total));
  HeadTrainer trainer(head, data, synthetic_options(), nullptr);
  StepStats first, last;
  ASSERT_TRUE(trainer.run(5, {}, &first).ok());
  ASSERT_TRUE(trainer.run(40, {}, &last).ok());
  EXPECT_LT(last.mse, first.mse);
  size_t moved = 0;
  for (size_t i = 0; i < before.size(); i++) moved += before[i] != head->params()[head->layout().audio_net + i];
  EXPECT_GT(moved, before.size() / 2);
}

TEST(HeadTrainer, PretrainingTeachesTheEncoder) {
  Training r;
  std::vector<float> targets;
  for (int f = 0; f < SyntheticClip::kFrames; f++) {
    const float s = std::sin(float(f) * 1.7f);
    targets.push_back(100 + 3 * s);
    targets.push_back(s * s);
  }
  PretrainReport report;
  ASSERT_TRUE(r.trainer->pretrain_audio(targets.data(), 2, 300, 3e-3f, {}, &report).ok());
  EXPECT_GT(report.explained, 0.8);
}

TEST(HeadTrainer, AverageFollowsTheParameters) {
  HeadTrainingOptions options = synthetic_options();
  options.ema_interval = 2;
  Training r(options);
  r.run(30);
  const auto evaluation = r.trainer->evaluation_head();
  const Distance d = distance(evaluation->params().data(), r.head->params().data(), r.head->layout().total);
  EXPECT_GT(d.relative_l2, 1e-6);
  EXPECT_LT(d.relative_l2, 0.9);
}

TEST(HeadTrainer, MissingOrShortFilesAndBadOptionsAreNamed) {
  Dataset d;
  DatasetArrays a = clip().arrays;
  a.packed_path = "/nowhere/at/all.bin";
  EXPECT_EQ(d.open(a, audio_shape_of(synthetic_config())).code, StatusCode::io_error);
  a = clip().arrays;
  a.frames++;
  EXPECT_EQ(Dataset().open(a, audio_shape_of(synthetic_config())).code, StatusCode::invalid_argument);
  a = clip().arrays;
  a.crop_width--;
  EXPECT_EQ(Dataset().open(a, audio_shape_of(synthetic_config())).code, StatusCode::io_error);
  HeadTrainingOptions o = synthetic_options();
  o.mouth_share = 0.9f;
  o.eyes_share = 0.2f;
  EXPECT_EQ(HeadTrainer::check(o).code, StatusCode::invalid_argument);
}

TEST(Head, TensorsRoundTripThroughAnotherHead) {
  Training r;
  r.run(10);
  Head other(synthetic_config(), 99, Backend::cpu);
  ASSERT_TRUE(other.set_tensors(r.head->tensors()).ok());
  other.occupancy().set_density(r.head->occupancy().density().data());
  EXPECT_EQ(frame_psnr(other, 2, audio_of(2), false), frame_psnr(*r.head, 2, audio_of(2), false));
  auto tensors = r.head->tensors();
  tensors[3].shape.push_back(1);
  EXPECT_EQ(other.set_tensors(tensors).code, StatusCode::invalid_argument);
  tensors = r.head->tensors();
  tensors[3].data[0] = INFINITY;
  EXPECT_EQ(other.set_tensors(tensors).code, StatusCode::non_finite);
}

TEST(Head, BackendsRenderTheSamePicture) {
  Training r;
  r.run(60);
  Head slow(synthetic_config(), 1, Backend::reference);
  ASSERT_TRUE(slow.set_tensors(r.head->tensors()).ok());
  slow.occupancy().set_density(r.head->occupancy().density().data());
  // same 8-bit picture but for roundings at half a level
  EXPECT_NEAR(frame_psnr(slow, 5, audio_of(5), false), frame_psnr(*r.head, 5, audio_of(5), false), 0.01);
}

TEST(Head, ConfigurationsOutOfRangeAreRefused) {
  HeadConfig c = synthetic_config();
  c.ambient_dim = 4;
  EXPECT_EQ(Head::check(c).code, StatusCode::invalid_argument);
  c = synthetic_config();
  c.spatial_grid.table_entries = 1500;
  EXPECT_EQ(Head::check(c).code, StatusCode::invalid_argument);
}

}  // namespace
}  // namespace portrait::test
