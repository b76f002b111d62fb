// Renders one frame of a head over a given background: 16x16 pixel tiles, wavefront rounds of two samples a ray.
// pixel = sum w_i c_i + (1 - weights_sum) * background, rounded to 8 bits.
#pragma once
#include <cstdint>

#include "../head/head.h"
#include "portrait/abort.h"

namespace portrait {

// OpenGL axes: x right, y up, looking along -z. camera [3,4] row-major, camera to world; pixels, y down, centres at
// +0.5.
struct Camera {
  float matrix[12];
  float focal, cx, cy;
  void origin(float* o) const {
    for (int k = 0; k < 3; k++) o[k] = matrix[4 * k + 3];
  }
  void direction(float px, float py, float* d) const;  // px, py: pixel position, e.g. column + 0.5
};

struct HeadView {
  Camera camera;
  int width, height;
  HeadFrame frame;            // audio code, eye ratio, appearance
  const uint8_t* background;  // [height, width, 3]
  float terminate = 1e-4f;
};

struct RenderStats {
  int64_t samples = 0, rays_hit = 0;
  double milliseconds = 0;
};

// out [height, width, 3]; weights_sum [height, width] or null. The head's mutex must be held.
Status render_head(Head&, const HeadView&, uint8_t* out, float* weights_sum, AbortFlag, RenderStats*);

}  // namespace portrait
