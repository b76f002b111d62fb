#include "adam.h"
#include "harness.h"

namespace portrait::test {
namespace {

void steps_case(const KernelTable& k, size_t count, int threads) {
  Guarded<float> p(count), m(count), v(count);
  std::vector<double> rp(count), rm(count, 0), rv(count, 0);
  const auto start = random_floats(count, 1);
  for (size_t i = 0; i < count; i++) rp[i] = double(p[i] = start[i]);
  for (int s = 1; s <= 5; s++) {
    std::vector<std::vector<float>> parts;
    std::vector<float*> pointers;
    for (int t = 0; t < threads; t++) parts.push_back(random_floats(count, uint64_t(10 * s + t)));
    for (auto& part : parts) pointers.push_back(part.data());
    const AdamStep a = {
        1e-2f, 0.9f, 0.99f, 1e-15f, float(1 / (1 - std::pow(0.9, s))), float(1 / (1 - std::pow(0.99, s)))};
    for (size_t i = 0; i < count; i++) {
      double g = 0;
      for (auto& part : parts) g += double(part[i]);
      adam_element<double>(rp[i], rm[i], rv[i], g, double(a.learning_rate), double(a.beta1), double(a.beta2),
                           double(a.epsilon), double(a.bias_correction1), double(a.bias_correction2));
    }
    k.adam.step(p.data(), m.data(), v.data(), pointers.data(), threads, count, a);
    for (auto& part : parts)
      for (float g : part) ASSERT_EQ(g, 0.f) << "gradients are cleared";
  }
  EXPECT_TRUE(p.intact() && m.intact() && v.intact());
  EXPECT_CLOSE(p.data(), rp.data(), count, 1e-6);
}

}  // namespace
}  // namespace portrait::test

PORTRAIT_CASES(adam) {
  using namespace portrait::test;
  for (size_t count : {size_t(1), size_t(31), size_t(5000)})
    for (int threads : {1, 3})
      add(std::to_string(count) + "_by_" + std::to_string(threads),
          [=](const portrait::KernelTable& k) { steps_case(k, count, threads); });
  add("zero_gradient_moves_nothing", [](const portrait::KernelTable& k) {
    float p = 0.5f, m = 0, v = 0, g = 0;
    float* parts[1] = {&g};
    k.adam.step(&p, &m, &v, parts, 1, 1, {1e-2f, 0.9f, 0.99f, 1e-15f, 10.f, 100.f});
    EXPECT_EQ(p, 0.5f);
  });
  add("average", [](const portrait::KernelTable& k) {
    Guarded<float> ema(100, 1.f);
    const std::vector<float> p(100, 3.f);
    k.adam.average(ema.data(), p.data(), 100, 0.75f);
    EXPECT_TRUE(ema.intact());
    for (size_t i = 0; i < 100; i++) EXPECT_FLOAT_EQ(ema[i], 1.5f);
  });
}
