// Torso tiles, one thread: pixels of a 512 x 512 frame in the order a renderer and a trainer meet them.
#include <vector>

#include "models/torso/model.h"
#include "tests/example_options.h"
#include "timing.h"

namespace portrait {

void torso_rows(const KernelTable& k) {
  constexpr int side = 512, tiles = 48;
  TorsoModel model(example_torso_config(), 1);
  const TorsoSpec& s = model.spec;
  TorsoHoist hoist;
  hoist.set_lattice(s, torso_pixel_centres(side, 0, side), torso_pixel_centres(side, 0, side));
  row(k.isa, "torso position terms, 512 + 512 lines",
      best([&] { hoist.project(s, model.params.data(), k); }, 7, 20) * 1e6, "us");
  TorsoPrepared prepared;
  prepared.prepare(s, model.params.data());
  AlignedBuffer<TorsoActivations> a(1);
  AlignedBuffer<float> bias(kTorsoHoistWidth), flat(s.total), columns((side + 12) * kTorsoHoistWidth),
      rows((side + 12) * kTorsoHoistWidth), d_bias(kTorsoHoistWidth),
      narrow(2 * kTorsoDeform + kTorsoOut * kTorsoColor), d_rgba(kTorsoOut * kTorsoTile);
  fill(d_rgba.data(), d_rgba.size(), 3, 1e-3f);
  const TorsoGradients gradients{
      flat.data() + s.table,  flat.data() + s.deform1,          narrow.data(),  flat.data() + s.color0,
      flat.data() + s.color1, narrow.data() + 2 * kTorsoDeform, columns.data(), rows.data(),
      d_bias.data()};
  // Every pixel of the lower part (a render), or every eighth of it (a training step of 8192 rays in 65,536 live
  // pixels).
  for (const int stride : {1, 8}) {
    std::vector<int32_t> column, line;
    for (int i = 0; i < tiles * kTorsoTile; i++) {
      column.push_back(i * stride % side);
      line.push_back(256 + i * stride / side % 256);
    }
    const auto each = [&](bool back) {
      for (int t = 0; t < tiles; t++) {
        const TorsoPixels pixels{hoist.columns.data(),
                                 hoist.rows.data(),
                                 bias.data(),
                                 hoist.xs.data(),
                                 hoist.ys.data(),
                                 &column[size_t(t) * kTorsoTile],
                                 &line[size_t(t) * kTorsoTile],
                                 kTorsoTile};
        k.torso.forward(prepared.weights, pixels, a[0]);
        if (back) k.torso.backward(prepared.weights, pixels, a[0], d_rgba.data(), gradients);
      }
    };
    row(k.isa, stride == 1 ? "torso forward, adjacent pixels" : "torso forward, every eighth pixel",
        best([&] { each(false); }) / (tiles * kTorsoTile) * 1e9, "ns/pixel");
    row(k.isa, stride == 1 ? "torso forward and backward, adjacent" : "torso forward and backward, every eighth",
        best([&] { each(true); }) / (tiles * kTorsoTile) * 1e9, "ns/pixel");
  }
  sink += double(a[0].rgba[3]) + double(flat[5]);
}

}  // namespace portrait
