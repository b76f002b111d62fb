// Times the kernels on every instruction set of this machine: node native-kernels/build.mjs --bench, then
//   native-kernels/build/bench/portrait_bench [isa]
// One thread, CPU time of that thread (wall clock means nothing on a shared machine), best of several rounds. Results
// are summed into a number that is printed, so that nothing is optimised away.
#include <cmath>
#include <cstring>
#include <vector>

#include "models/head/head_device.h"
#include "portrait/aligned.h"
#include "tests/example_options.h"
#include "timing.h"

namespace portrait {

double sink = 0;

namespace {

void layers(const KernelTable& k) {
  constexpr int t = 384;
  AlignedBuffer<float> x(t * 64), y(t * 64), w(64 * 64), dw(64 * 64);
  fill(x.data(), x.size(), 1, 1);
  fill(w.data(), w.size(), 2, 0.1f);
  const double flops = 2.0 * t * 64 * 64;
  row(k.isa, "64x64 layer forward",
      flops / best([&] { k.mlp.forward64(x.data(), w.data(), 64, nullptr, true, y.data(), t); }, 9, 200) * 1e-9,
      "GFLOP/s");
  sink += double(y[5]);
  row(k.isa, "64x64 layer dX",
      flops / best([&] { k.mlp.backward64(x.data(), w.data(), nullptr, y.data(), t); }, 9, 200) * 1e-9, "GFLOP/s");
  row(k.isa, "64x64 layer dW",
      flops / best([&] { k.mlp.weights64(x.data(), y.data(), t, dw.data(), 64); }, 9, 200) * 1e-9, "GFLOP/s");
  sink += double(dw[5]);
}

// Samples in ray order on a head-like surface, four a ray, as a 450x450 picture meets them.
struct Surface {
  std::vector<float> x, y, z;
};
Surface surface() {
  Surface s;
  for (int j = 0; j < 450; j += 3)
    for (int i = 0; i < 450; i += 1) {
      const float u = float(i - 225) / 225 * .628f, v = float(j - 225) / 225 * .628f, r = u * u / .09f + v * v / .16f;
      if (r >= 1) continue;
      for (int q = 0; q < 4; q++) {
        s.x.push_back(u * .5f + .5f);
        s.y.push_back(v * .5f + .5f);
        s.z.push_back((.32f * std::sqrt(1 - r) + .02f - float(q) * kStep) * .5f + .5f);
      }
    }
  return s;
}

void grids(const KernelTable& k, const Surface& s) {
  const int n = int(s.x.size());
  AlignedBuffer<float> out(size_t(n) * 32);
  struct Variant {
    const char* name;
    GridSpec grid;
  };
  for (const auto& [name, g] : {Variant{"3D tiled", make_grid(3, example_grid())},
                                Variant{"3D hashed", make_grid(3, example_grid(16, 2048, GridIndexing::hashed))},
                                Variant{"2D", make_grid(2, example_grid(4, 64))}}) {
    AlignedBuffer<float> table(2 * size_t(g.entries)), gradient(2 * size_t(g.entries)), dx(s.x.size()), dy(s.x.size()),
        dz(s.x.size());
    fill(table.data(), table.size(), 3, 1);
    char label[64];
    std::snprintf(label, sizeof label, "grid %s forward", name);
    row(k.isa, label,
        best([&] { k.grid_encode.forward(g, table.data(), s.x.data(), s.y.data(), s.z.data(), n, out.data(), 32); }) /
            n * 1e9,
        "ns/sample");
    std::snprintf(label, sizeof label, "grid %s backward", name);
    row(k.isa, label,
        best([&] {
          k.grid_encode.backward(g, table.data(), s.x.data(), s.y.data(), s.z.data(), n, out.data(), 32,
                                 gradient.data(), g.dim == 2 ? dx.data() : nullptr, dy.data(), dz.data());
        }) / n *
            1e9,
        "ns/sample");
    sink += double(out[7]) + double(gradient[9]);
  }
}

void network(const KernelTable& k, const Surface& s) {
  const HeadLayout layout = make_head_layout(example_head_config());
  AlignedBuffer<float> params(layout.total + 64);
  fill(params.data(), layout.nets, 5, 0.3f);
  fill(params.data() + layout.nets, layout.total - layout.nets, 6, 0.15f);
  auto device = make_cpu_head_device(layout, 2.f, &k);
  device->prepare(params.data());
  HeadFrame frame{};
  device->condition(frame);
  const int n = int(s.x.size()) / kTileSamples * kTileSamples;
  std::vector<float> sigma(size_t(n) + 16);
  row(k.isa, "head density only, tiles of 384",
      best([&] {
        for (int i = 0; i < n; i += kTileSamples)
          device->query(0, frame, &s.x[size_t(i)], &s.y[size_t(i)], &s.z[size_t(i)], kTileSamples, &sigma[size_t(i)],
                        nullptr);
      }) / n *
          1e9,
      "ns/sample");
  sink += double(sigma[3]);

  // Rays through a shell of occupied cells, all samples evaluated and then with termination.
  std::vector<uint32_t> bits(size_t(kOccupancySide) * kOccupancySide * kOccupancySide / 32, 0);
  for (size_t id = 0; id < bits.size() * 32; id++) {
    const float x = (float(id & 127) + .5f) / 64 - 1, y = (float(id >> 7 & 127) + .5f) / 64 - 1,
                z = (float(id >> 14) + .5f) / 64 - 1;
    const float r = std::sqrt(x * x / .09f + y * y / .16f + z * z / .1f);
    if (r < 1.1f && r > .7f) bits[id >> 5] |= 1u << (id & 31);
  }
  const OccupancyView occ{bits.data(), {-.4f, -.5f, -.4f}, {.4f, .5f, .4f}};
  const float origin[3] = {0, 0, 3.35f};
  std::vector<RayTask> rays;
  std::vector<float> dirs;
  for (int by = 0; by < 56; by++)
    for (int bx = 0; bx < 56; bx++)
      for (int i = 0; i < 64; i += 3) {
        RayTask t{};
        const float u = (float(bx * 8 + i % 8) - 225) / 1200, v = (float(by * 8 + i / 8) - 225) / 1200,
                    length = std::sqrt(u * u + v * v + 1);
        t.dir[0] = u / length, t.dir[1] = v / length, t.dir[2] = -1 / length;
        t.jitter = .5f;
        t.weight = 1;
        for (int c = 0; c < 3; c++) t.target[c] = .5f, t.background[c] = .3f;
        rays.push_back(t);
        dirs.insert(dirs.end(), t.dir, t.dir + 3);
      }
  const int count = int(rays.size());
  std::vector<float> ts(size_t(count) * (kMaxSamples + 16)), origins, jitter(size_t(count), .5f);
  std::vector<int32_t> counts(static_cast<size_t>(count));
  for (int r = 0; r < count; r++) origins.insert(origins.end(), origin, origin + 3);
  row(k.isa, "march, 16 samples",
      best([&] {
        k.march_rays.march(occ, origins.data(), dirs.data(), jitter.data(), count, 16, ts.data(), counts.data());
      }) / count *
          1e9,
      "ns/ray");
  sink += counts[7];

  RayLoss loss{1.f / float(count), 1e-4f, 0.f, 16, 4, 1e-4f};
  std::vector<float> colors(3 * kTraceRays), left(kTraceRays);
  RayStats stats{};
  double seconds = best(
      [&] {
        stats = {};
        for (int r = 0; r + kTraceRays <= count; r += kTraceRays)
          device->trace(0, frame, occ, origin, &dirs[3 * size_t(r)], nullptr, kTraceRays, loss, colors.data(),
                        left.data(), &stats);
      },
      5);
  row(k.isa, "trace (march, network, composite)", seconds / double(stats.samples) * 1e9, "ns/sample");
  sink += double(colors[1]);

  seconds = best(
      [&] {
        stats = {};
        device->begin_step(1);
        for (int r = 0; r + kChunkRays <= count; r += kChunkRays)
          device->train(0, 0, frame, occ, origin, &rays[size_t(r)], kChunkRays, loss, &stats);
      },
      5);
  row(k.isa, "train (trace, losses, backward)", seconds / double(stats.samples) * 1e9, "ns/sample");
  row(k.isa, "  of fp32 products of the whole", 3 * 37632.0 * double(stats.samples) / seconds * 1e-9, "GFLOP/s");

  std::vector<float*> gradients = device->gradients();
  AlignedBuffer<float> m(layout.total), v(layout.total), second(layout.total);
  gradients.push_back(second.data());
  seconds = best([&] {
    k.adam.step(params.data(), m.data(), v.data(), gradients.data(), 2, layout.total,
                {0.f, .9f, .99f, 1e-15f, 1.f, 1.f});
  });
  row(k.isa, "Adam, two gradients, 2.9 M parameters", seconds * 1e3, "ms");
}

}  // namespace
}  // namespace portrait

int main(int argc, char** argv) {
  using namespace portrait;
  const Surface s = surface();
  for (const char* isa : available_isas()) {
    if (argc > 1 && std::strcmp(argv[1], isa)) continue;
    const KernelTable& k = *kernels_by_isa(isa);
    layers(k);
    grids(k, s);
    network(k, s);
    torso_rows(k);
    lpips_rows(k);
  }
  std::printf("(%g)\n", sink);
}
