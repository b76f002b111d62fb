#include "harness.h"
#include "ops/occupancy/occupancy.h"

namespace portrait::test {
namespace {

size_t cell(int x, int y, int z) { return (size_t(z) * kOccupancySide + size_t(y)) * kOccupancySide + size_t(x); }

TEST(Occupancy, StartsFull) {
  Occupancy o;
  EXPECT_DOUBLE_EQ(o.fraction(), 1.0);
  EXPECT_EQ(o.view().lo[0], -1.f);
  EXPECT_EQ(o.view().hi[2], 1.f);
}

TEST(Occupancy, DilatesByOneCellInSixDirections) {
  std::vector<uint8_t> keep(kOccupancyCells, 0);
  for (int x : {0, 31, 32, 127}) keep[cell(x, 50, 60)] = 1;  // word borders and the edge of the grid
  Occupancy o;
  o.set_from_mask(keep.data());
  size_t count = 0;
  for (int z = 0; z < kOccupancySide; z++)
    for (int y = 0; y < kOccupancySide; y++)
      for (int x = 0; x < kOccupancySide; x++) {
        bool want = false;
        for (int s : {0, 31, 32, 127}) want = want || std::abs(x - s) + std::abs(y - 50) + std::abs(z - 60) <= 1;
        ASSERT_EQ(o.occupied(cell(x, y, z)), want) << x << " " << y << " " << z;
        count += want;
      }
  EXPECT_DOUBLE_EQ(o.fraction(), double(count) / double(kOccupancyCells));
  EXPECT_FLOAT_EQ(o.view().lo[1], 2.f * 49 / 128 - 1);
  EXPECT_FLOAT_EQ(o.view().hi[2], 2.f * 62 / 128 - 1);
}

TEST(Occupancy, ThresholdIsTheMeanButAtMostTen) {
  std::vector<float> density(kOccupancyCells, 0.f);
  for (size_t i = 0; i < kOccupancyCells / 2; i++) density[i] = 100;
  density[kOccupancyCells - 1] = 9;
  density[kOccupancyCells - 200] = 11;
  Occupancy o;
  o.set_density(density.data());
  EXPECT_FLOAT_EQ(o.threshold(), 10.f);
  EXPECT_FALSE(o.occupied(kOccupancyCells - 1));
  EXPECT_TRUE(o.occupied(kOccupancyCells - 200));
}

TEST(Occupancy, CellsMarkedNeverDoNotLowerTheMean) {
  std::vector<float> density(kOccupancyCells, -1.f);
  for (size_t i = 0; i < kOccupancyCells / 4; i++) density[i] = 4;
  Occupancy o;
  o.set_density(density.data());
  EXPECT_FLOAT_EQ(o.threshold(), 1.f);
}

TEST(Occupancy, NothingOccupiedGivesNoSamples) {
  std::vector<uint8_t> keep(kOccupancyCells, 0);
  Occupancy o;
  o.set_from_mask(keep.data());
  const float origin[3] = {0, 0, 3}, dir[3] = {0, 0, -1};
  float ts[kMaxSamples + 16];
  EXPECT_EQ(march_ray<float>(o.view(), origin, dir, 0.f, 16, ts), 0);
}

}  // namespace
}  // namespace portrait::test
