// What every bench file uses: CPU time of this thread, best of several rounds, one printed row a figure.
#pragma once
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>

#include "runtime/kernel_table.h"
#include "portrait/rng.h"

namespace portrait {

extern double sink;  // results are added to it, so that nothing is optimised away

void torso_rows(const KernelTable&);
void lpips_rows(const KernelTable&);

inline double cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

// Best seconds of one call.
inline double best(const std::function<void()>& body, int rounds = 7, int repeats = 1) {
  double least = 1e9;
  body();
  for (int r = 0; r < rounds; r++) {
    const double start = cpu_seconds();
    for (int i = 0; i < repeats; i++) body();
    least = std::min(least, (cpu_seconds() - start) / repeats);
  }
  return least;
}

inline void row(const char* isa, const char* what, double value, const char* unit) {
  std::printf("%-5s %-44s %9.1f %s\n", isa, what, value, unit);
}

inline void fill(float* p, size_t n, uint64_t seed, float scale) {
  Rng rng(seed);
  for (size_t i = 0; i < n; i++) p[i] = scale * rng.signed_uniform();
}

}  // namespace portrait
