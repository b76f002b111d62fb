// Every option of models and training: struct, visitor and allowed ranges come from one list a struct
// (options/*.inc). There are no defaults here: defaults live in the zod schemas, constants in libs/nerf.
// No STL: per-ISA files include this.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace portrait {

enum class GridIndexing { tiled, hashed };
enum class Backbone { modulation, implicit, composed, deformation };
enum class AudioNetwork { mlp, conv };

struct GridConfig {
#define PORTRAIT_OPTIONS_FILE "portrait/options/grid.inc"
#include "portrait/options/struct.inc"
};
struct HeadConfig {
#define PORTRAIT_OPTIONS_FILE "portrait/options/head.inc"
#include "portrait/options/struct.inc"
};
struct HeadTrainingOptions {
#define PORTRAIT_OPTIONS_FILE "portrait/options/head_training.inc"
#include "portrait/options/struct.inc"
};
struct LipsOptions {
#define PORTRAIT_OPTIONS_FILE "portrait/options/lips.inc"
#include "portrait/options/struct.inc"
};
struct TorsoConfig {
#define PORTRAIT_OPTIONS_FILE "portrait/options/torso.inc"
#include "portrait/options/struct.inc"
};
struct TorsoTrainingOptions {
#define PORTRAIT_OPTIONS_FILE "portrait/options/torso_training.inc"
#include "portrait/options/struct.inc"
};

}  // namespace portrait
