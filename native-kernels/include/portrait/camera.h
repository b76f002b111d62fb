// A pinhole camera, shared by datasets, training and rendering. OpenGL axes: x right, y up, looking along -z.
// Pixels: y down, centres at +0.5.
#pragma once
#include <cmath>

namespace portrait {

struct Camera {
  float matrix[12];      // [3,4] row-major, camera to world: rotation and position
  float focal, cx, cy;   // px; the principal point from the top left corner
  void origin(float* o) const {
    for (int k = 0; k < 3; k++) o[k] = matrix[4 * k + 3];
  }
  // Unit direction through a pixel position, e.g. column + 0.5.
  void direction(float px, float py, float* d) const {
    const float u = (px - cx) / focal, v = -(py - cy) / focal;
    const float inverse = 1 / std::sqrt(u * u + v * v + 1);
    for (int k = 0; k < 3; k++) d[k] = (matrix[4 * k] * u + matrix[4 * k + 1] * v - matrix[4 * k + 2]) * inverse;
  }
};

}  // namespace portrait
