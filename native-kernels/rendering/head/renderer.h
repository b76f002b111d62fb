// Renders one frame of a head over a given background: 16x16 pixel tiles, wavefront rounds of two samples a ray.
// pixel = sum w_i c_i + (1 - weights_sum) * background, rounded to 8 bits.
#pragma once
#include <cstdint>

#include "models/head/head.h"
#include "portrait/abort.h"
#include "portrait/camera.h"

namespace portrait {

struct HeadView {
  Camera camera;
  int width, height;
  HeadFrame frame;            // audio code, eye ratio, appearance
  const uint8_t* background;  // [height, width, 3]
  float early_stop_eps;       // transmittance below which a ray ends
  const uint8_t* region;      // [height, width]: 0 keeps the background and costs nothing; null: everywhere
  Precision precision;        // of the products of hidden layers
};

struct RenderStats {
  int64_t samples = 0, rays_hit = 0;
  double milliseconds = 0;
};

// out [height, width, 3]; weights_sum [height, width] or null. The head's mutex must be held.
Status render_head(Head&, const HeadView&, uint8_t* out, float* weights_sum, AbortFlag, RenderStats*);

}  // namespace portrait
