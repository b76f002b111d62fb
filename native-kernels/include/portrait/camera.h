// A pinhole camera, shared by datasets, training and rendering. OpenGL axes: x right, y up, looking along -z.
// Pixels: y down, centres at +0.5.
#pragma once
#include <cmath>

#include "portrait/status.h"

namespace portrait {

struct Camera {
  float matrix[12];     // [3,4] row-major, camera to world: rotation and position
  float focal, cx, cy;  // px; the principal point from the top left corner
  void origin(float* o) const {
    for (int k = 0; k < 3; k++) o[k] = matrix[4 * k + 3];
  }
  // Rays need unit directions: the axes must be, to the rounding of a file, a rotation.
  Status check() const {
    bool good = std::isfinite(focal) && focal > 0 && std::isfinite(cx) && std::isfinite(cy);
    for (float v : matrix) good = good && std::isfinite(v);
    if (!good)
      return Status::error(StatusCode::invalid_argument, "camera: focal must be positive and every number finite");
    for (int i = 0; i < 3; i++)
      for (int j = i; j < 3; j++) {
        double dot = 0;
        for (int row = 0; row < 3; row++) dot += double(matrix[4 * row + i]) * double(matrix[4 * row + j]);
        if (std::fabs(dot - (i == j)) > 0.01)
          return Status::error(StatusCode::invalid_argument, "camera: the axes must be orthogonal and of length 1");
      }
    return {};
  }
  // Unit direction through a pixel position, e.g. column + 0.5.
  void direction(float px, float py, float* d) const {
    const float u = (px - cx) / focal, v = -(py - cy) / focal;
    const float inverse = 1 / std::sqrt(u * u + v * v + 1);
    for (int k = 0; k < 3; k++) d[k] = (matrix[4 * k] * u + matrix[4 * k + 1] * v - matrix[4 * k + 2]) * inverse;
  }
};

}  // namespace portrait
