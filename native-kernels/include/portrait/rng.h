// Seeded random numbers. `Rng` is a sequential xoshiro256++ whose state goes into checkpoints;
// `hash_uniform` is counter based, for parallel loops whose result must not depend on the thread.
#pragma once
#include <cmath>
#include <cstdint>

namespace portrait {

inline uint64_t splitmix64(uint64_t& x) {
  uint64_t z = (x += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

struct Rng {
  uint64_t s[4];
  explicit Rng(uint64_t seed = 0) {
    for (auto& w : s) w = splitmix64(seed);
  }

  uint64_t next() {
    auto rotl = [](uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
    const uint64_t out = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return out;
  }
  float uniform() { return float(next() >> 40) * 0x1p-24f; }  // [0,1)
  float signed_uniform() { return 2 * uniform() - 1; }        // [-1,1)
  uint32_t below(uint32_t n) { return uint32_t((uint64_t(uint32_t(next() >> 32)) * n) >> 32); }
  float normal() {  // Box-Muller, one value a call: no hidden state
    const float u = 1.f - uniform(), v = uniform();
    return std::sqrt(-2 * std::log(u)) * std::cos(6.28318530718f * v);
  }
};

inline uint64_t hash_counter(uint64_t seed, uint64_t counter) {
  uint64_t x = seed ^ (counter * 0xd1342543de82ef95ull);
  return splitmix64(x);
}
inline float hash_uniform(uint64_t bits, int lane) { return float((bits >> (lane * 20)) & 0xfffff) * 0x1p-20f; }

}  // namespace portrait
