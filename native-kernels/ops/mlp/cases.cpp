// Dense layers against three plain loops in double.
#include "harness.h"

namespace portrait::test {
namespace {

// fp32 sums of 64 to 768 products against double: about sqrt(n) * 2^-24, measured below 4e-7
constexpr double kLimit = 1e-6;

void forward_case(const KernelTable& k, int t, int inputs, bool bias, bool relu) {
  const auto x = random_floats(size_t(t) * 64, 1), w = random_floats(size_t(inputs) * 64, 2), b = random_floats(64, 3);
  Guarded<float> y(size_t(t) * 64);
  k.mlp.forward64(x.data(), w.data(), inputs, bias ? b.data() : nullptr, relu, y.data(), t);
  EXPECT_TRUE(y.intact());
  std::vector<double> want(size_t(t) * 64);
  for (int i = 0; i < t; i++)
    for (int n = 0; n < 64; n++) {
      double s = bias ? double(b[size_t(n)]) : 0;
      for (int c = 0; c < inputs; c++) s += double(x[size_t(i * 64 + c)]) * double(w[size_t(c * 64 + n)]);
      want[size_t(i * 64 + n)] = relu && s < 0 ? 0 : s;
    }
  EXPECT_CLOSE(y.data(), want.data(), want.size(), kLimit);
}

void backward_case(const KernelTable& k, int t, bool mask) {
  const auto dy = random_floats(size_t(t) * 64, 4), wt = random_floats(64 * 64, 5),
             h = random_floats(size_t(t) * 64, 6);
  Guarded<float> dx(size_t(t) * 64);
  k.mlp.backward64(dy.data(), wt.data(), mask ? h.data() : nullptr, dx.data(), t);
  EXPECT_TRUE(dx.intact());
  std::vector<double> want(size_t(t) * 64, 0);
  for (int i = 0; i < t; i++)
    for (int n = 0; n < 64; n++) {
      if (mask && !(h[size_t(i * 64 + n)] > 0)) continue;
      for (int c = 0; c < 64; c++)
        want[size_t(i * 64 + n)] += double(dy[size_t(i * 64 + c)]) * double(wt[size_t(c * 64 + n)]);
    }
  EXPECT_CLOSE(dx.data(), want.data(), want.size(), kLimit);
}

void weights_case(const KernelTable& k, int t, int inputs) {
  const auto x = random_floats(size_t(t) * 64, 7), dy = random_floats(size_t(t) * 64, 8);
  Guarded<float> dw(size_t(inputs) * 64, 0.5f);
  k.mlp.weights64(x.data(), dy.data(), t, dw.data(), inputs);
  EXPECT_TRUE(dw.intact());
  std::vector<double> want(size_t(inputs) * 64, 0.5);
  for (int c = 0; c < inputs; c++)
    for (int n = 0; n < 64; n++)
      for (int i = 0; i < t; i++)
        want[size_t(c * 64 + n)] += double(x[size_t(i * 64 + c)]) * double(dy[size_t(i * 64 + n)]);
  EXPECT_CLOSE(dw.data(), want.data(), want.size(), kLimit);
}

}  // namespace
}  // namespace portrait::test

PORTRAIT_CASES(mlp) {
  using namespace portrait::test;
  for (int t : {12, 60, 384}) {
    const std::string rows = std::to_string(t);
    for (int inputs : {32, 64}) {
      for (int mode = 0; mode < 4; mode++)
        add("forward_" + rows + "x" + std::to_string(inputs) + (mode & 1 ? "_bias" : "") + (mode & 2 ? "_relu" : ""),
            [=](const portrait::KernelTable& k) { forward_case(k, t, inputs, mode & 1, mode & 2); });
      add("weights_" + rows + "x" + std::to_string(inputs),
          [=](const portrait::KernelTable& k) { weights_case(k, t, inputs); });
    }
    add("backward_" + rows, [=](const portrait::KernelTable& k) { backward_case(k, t, false); });
    add("backward_" + rows + "_masked", [=](const portrait::KernelTable& k) { backward_case(k, t, true); });
  }
}
