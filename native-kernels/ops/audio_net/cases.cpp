#include "audio_net.h"
#include "harness.h"

namespace portrait::test {
namespace {

void shape_case(const KernelTable& k, bool conv, int input, bool attention) {
  AudioShape shape;
  shape.conv = conv;
  shape.input = input;
  shape.attention = attention;
  const AudioLayout layout = make_audio_layout(shape);
  const auto params = random_floats(layout.total, 1, -0.3f, 0.3f), in = random_floats(size_t(shape.input_floats()), 2),
             d_code = random_floats(kAudioCode, 3);
  Guarded<float> workspace(audio_workspace(shape)), code(kAudioCode), d_params(layout.total);
  k.audio_net.forward(shape, layout, params.data(), in.data(), workspace.data(), code.data());
  k.audio_net.backward(shape, layout, params.data(), in.data(), workspace.data(), d_code.data(), d_params.data());
  EXPECT_TRUE(workspace.intact() && code.intact() && d_params.intact());

  std::vector<double> p = doubles(params), x = doubles(in), d = doubles(d_code), w(audio_workspace(shape)),
                      c(kAudioCode), dp(layout.total, 0);
  audio_net_forward<double>(shape, layout, p.data(), x.data(), w.data(), c.data());
  audio_net_backward<double>(shape, layout, p.data(), x.data(), w.data(), d.data(), dp.data());
  EXPECT_CLOSE(code.data(), c.data(), c.size(), 1e-5);  // six layers of fp32 sums, measured 1e-6
  EXPECT_CLOSE(d_params.data(), dp.data(), dp.size(),
               1e-4);  // a LeakyReLU on the other side of zero in fp32 costs one unit's gradient

  auto loss = [&] {
    std::vector<double> scratch(audio_workspace(shape)), out(kAudioCode);
    audio_net_forward<double>(shape, layout, p.data(), x.data(), scratch.data(), out.data());
    double sum = 0;
    for (size_t i = 0; i < out.size(); i++) sum += out[i] * d[i];
    return sum;
  };
  expect_gradient(p, dp, loss, 60, 1e-6, 1e-5);
}

}  // namespace
}  // namespace portrait::test

PORTRAIT_CASES(audio_net) {
  using namespace portrait::test;
  add("mlp_96", [](const portrait::KernelTable& k) { shape_case(k, false, 96, false); });
  add("mlp_7_attention", [](const portrait::KernelTable& k) { shape_case(k, false, 7, true); });
  add("conv_44", [](const portrait::KernelTable& k) { shape_case(k, true, 44, false); });
  add("conv_29_attention", [](const portrait::KernelTable& k) { shape_case(k, true, 29, true); });
  add("published_sizes", [](const portrait::KernelTable&) {
    portrait::AudioShape shape;
    shape.conv = true;
    shape.input = 44;
    shape.attention = true;
    const portrait::AudioLayout layout = portrait::make_audio_layout(shape);
    EXPECT_EQ(layout.encoder_count, 34240u);
    EXPECT_EQ(layout.total - layout.encoder_count, 3685u);
  });
}
