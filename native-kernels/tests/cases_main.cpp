// Runs every registered case on every instruction set, and checks that every registered op has cases.
#include <algorithm>
#include <cctype>

#include "harness.h"

namespace portrait::test {

std::vector<Case>& registry() {
  static std::vector<Case> cases;
  return cases;
}

namespace {

class CaseOnIsa : public testing::Test {
 public:
  CaseOnIsa(size_t index, const char* isa) : index_(index), isa_(isa) {}
  void TestBody() override { registry()[index_].run(*kernels_by_isa(isa_)); }

 private:
  size_t index_;
  const char* isa_;
};

std::string test_name(const Case& c, const char* isa) {
  std::string name = c.op + "_" + c.name + "_" + isa;
  for (char& ch : name)
    if (!std::isalnum(static_cast<unsigned char>(ch))) ch = '_';
  return name;
}

// Cases register before main, in an order of no importance; the tests are made in main, when all are there.
void register_tests() {
  for (size_t i = 0; i < registry().size(); i++)
    for (const char* isa : available_isas())
      testing::RegisterTest("Cases", test_name(registry()[i], isa).c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [i, isa]() -> testing::Test* { return new CaseOnIsa(i, isa); });
}

TEST(Registry, EveryOpAndModelHasCases) {
  const std::pair<std::string, std::string> entries[] = {
#define PORTRAIT_KERNELS(name, Kernels, folder) {#name, folder},
#include "runtime/registry.inc"
#undef PORTRAIT_KERNELS
  };
  for (const auto& [name, folder] : entries)
    EXPECT_TRUE(std::any_of(registry().begin(), registry().end(), [&](const Case& c) { return c.op == name; }))
        << folder << "/cases.cpp registers no case";
}

}  // namespace
}  // namespace portrait::test

int main(int argc, char** argv) {
  portrait::test::register_tests();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
