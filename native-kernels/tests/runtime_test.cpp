#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "harness.h"
#include "portrait/device.h"
#include "portrait/thread_pool.h"

namespace portrait::test {
namespace {

TEST(Runtime, EveryChunkRunsOnceOnItsOwnThread) {
  const size_t chunks = 103;
  std::vector<std::atomic<int>> runs(chunks);
  std::vector<int> where(chunks, -1);
  parallel_chunks(chunks, [&](size_t c, int thread) {
    runs[c]++;
    where[c] = thread;
  });
  for (size_t c = 0; c < chunks; c++) {
    EXPECT_EQ(runs[c], 1);
    EXPECT_EQ(where[c], int(c % size_t(pool_threads())));
  }
}

TEST(Runtime, ManyCallersTakeTurns) {
  std::vector<std::thread> callers;
  std::atomic<long> sum{0};
  for (int k = 0; k < 4; k++)
    callers.emplace_back([&] {
      for (int r = 0; r < 50; r++) parallel_chunks(20, [&](size_t c, int) { sum += long(c); });
    });
  for (auto& t : callers) t.join();
  EXPECT_EQ(sum, 4 * 50 * 190);
}

TEST(Runtime, BaseIsAlwaysThereAndUnknownIsNot) {
  EXPECT_NE(kernels_by_isa("base"), nullptr);
  EXPECT_EQ(kernels_by_isa("v9"), nullptr);
  EXPECT_STREQ(available_isas().back(), "base");
}

TEST(Runtime, AnUnsupportedBackendSaysWhy) {
  for (const BackendInfo& b : backends()) EXPECT_EQ(b.supported, b.reason.empty()) << b.name;
  EXPECT_NE(backends()[2].reason.find("because"), std::string::npos);
}

TEST(Runtime, GuardsAndDistancesNotice) {
  Guarded<float> g(4);
  EXPECT_TRUE(g.intact());
  g.data()[4] = 0;
  EXPECT_FALSE(g.intact());
  const float a[2] = {1, 2}, b[2] = {1, 2.5f}, opposite[2] = {-1, -2};
  EXPECT_GT(distance(a, b, 2).relative_l2, 0.1);
  EXPECT_LT(distance(a, opposite, 2).cosine, -0.99);
  EXPECT_EQ(distance(a, a, 2).relative_l2, 0);
}

TEST(Runtime, GeneratorIsUniformAndRepeats) {
  Rng a(5), b(5), c(6);
  double sum = 0, square = 0;
  std::set<uint64_t> seen;
  for (int i = 0; i < 10000; i++) {
    const float n = a.normal();
    EXPECT_EQ(n, b.normal());
    sum += double(n);
    square += double(n) * double(n);
    seen.insert(c.next());
  }
  EXPECT_NEAR(sum / 10000, 0, 0.05);  // five standard errors
  EXPECT_NEAR(square / 10000, 1, 0.08);
  EXPECT_EQ(seen.size(), 10000u);
}

}  // namespace
}  // namespace portrait::test
