// Test tools shared by every ops/<op>/cases.cpp and by tests/*.cpp.
//   PORTRAIT_CASES(op) { add("name", [](const KernelTable& k) { ... EXPECT_... }); }
// registers the op's table of cases; each is run on every instruction set of this processor as test
// `Cases.<op>_<case>_<isa>`, a name that reproduces it with --gtest_filter.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "runtime/kernel_table.h"
#include "portrait/rng.h"

namespace portrait::test {

struct Case {
  std::string op, name;
  std::function<void(const KernelTable&)> run;
};
std::vector<Case>& registry();

struct CaseAdder {
  const char* op;
  void operator()(const std::string& name, std::function<void(const KernelTable&)> run) const {
    registry().push_back({op, name, std::move(run)});
  }
};
struct CaseTable {
  CaseTable(const char* op, void (*fill)(const CaseAdder&)) { fill(CaseAdder{op}); }
};

#define PORTRAIT_CASES(op)                                            \
  static void op##_cases(const portrait::test::CaseAdder& add);       \
  static const portrait::test::CaseTable op##_table(#op, op##_cases); \
  static void op##_cases(const portrait::test::CaseAdder& add)

// A buffer with a guard of known values on both sides; `intact()` after the call that wrote it.
template <class T>
class Guarded {
 public:
  static constexpr size_t kGuard = 32;
  explicit Guarded(size_t count, T fill = T(0)) : memory_(count + 2 * kGuard, T(0)) {
    for (size_t i = 0; i < kGuard; i++) memory_[i] = memory_[kGuard + count + i] = sentinel(i);
    for (size_t i = 0; i < count; i++) memory_[kGuard + i] = fill;
  }
  T* data() { return memory_.data() + kGuard; }
  const T* data() const { return memory_.data() + kGuard; }
  size_t size() const { return memory_.size() - 2 * kGuard; }
  T& operator[](size_t i) { return memory_[kGuard + i]; }
  const T& operator[](size_t i) const { return memory_[kGuard + i]; }
  bool intact() const {
    for (size_t i = 0; i < kGuard; i++)
      if (memory_[i] != sentinel(i) || memory_[memory_.size() - kGuard + i] != sentinel(i)) return false;
    return true;
  }

 private:
  static T sentinel(size_t i) { return T(12345 + i); }
  std::vector<T> memory_;
};

// Two arrays as vectors: how far apart, and do they point the same way.
struct Distance {
  double relative_l2, cosine;
};
template <class A, class B>
Distance distance(const A* a, const B* b, size_t n) {
  double difference = 0, aa = 0, bb = 0, ab = 0;
  for (size_t i = 0; i < n; i++) {
    const double x = double(a[i]), y = double(b[i]);
    difference += (x - y) * (x - y);
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  if (aa == 0 && bb == 0) return {0, 1};
  return {std::sqrt(difference / (bb > 0 ? bb : 1e-300)), ab / std::sqrt(aa * bb + 1e-300)};
}
// got close to want: relative L2 at most `limit`, and cosine above 1 - limit.
#define EXPECT_CLOSE(got, want, n, limit)                               \
  do {                                                                  \
    const auto distance_ = portrait::test::distance(got, want, n);      \
    EXPECT_LE(distance_.relative_l2, limit) << #got " against " #want;  \
    EXPECT_GE(distance_.cosine, 1 - (limit)) << #got " against " #want; \
  } while (0)

// Central differences of a scalar function by some entries of x against the gradient claimed for them.
// Entries whose gradient is below `floor` times the largest are skipped: their differences are rounding.
inline void expect_gradient(std::vector<double>& x, const std::vector<double>& gradient,
                            const std::function<double()>& f, int checks, double step, double limit, uint64_t seed = 7,
                            double floor = 1e-3) {
  double largest = 0;
  std::vector<size_t> candidates;
  for (double g : gradient) largest = std::max(largest, std::fabs(g));
  for (size_t i = 0; i < gradient.size(); i++)
    if (std::fabs(gradient[i]) > floor * largest) candidates.push_back(i);
  ASSERT_FALSE(candidates.empty()) << "the gradient is zero everywhere";
  Rng rng(seed);
  double got2 = 0, error2 = 0;
  for (int c = 0; c < checks; c++) {
    const size_t i = candidates[rng.below(uint32_t(candidates.size()))];
    const double keep = x[i];
    x[i] = keep + step;
    const double up = f();
    x[i] = keep - step;
    const double down = f();
    x[i] = keep;
    const double measured = (up - down) / (2 * step);
    got2 += measured * measured;
    error2 += (measured - gradient[i]) * (measured - gradient[i]);
  }
  EXPECT_LE(std::sqrt(error2 / (got2 + 1e-300)), limit) << "finite differences disagree with the gradient";
}

inline std::vector<float> random_floats(size_t n, uint64_t seed, float low = -1, float high = 1) {
  Rng rng(seed);
  std::vector<float> v(n);
  for (float& x : v) x = low + (high - low) * rng.uniform();
  return v;
}
inline std::vector<double> doubles(const std::vector<float>& v) { return {v.begin(), v.end()}; }

}  // namespace portrait::test
