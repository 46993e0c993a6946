// From Metal source to pipelines.
#include <stdlib.h>

#include <filesystem>
#include "catch.h"

#include "child.h"
#include "rig.h"

namespace sparsegrow::software_metal {
namespace {

namespace fs = std::filesystem;

// A folder for compiled kernels that is empty at first.
struct Cache {
  Cache() {
    std::string name = (fs::temp_directory_path() / "software-metal-test-XXXXXX").string();
    if (mkdtemp(name.data())) folder = name;
  }
  ~Cache() { fs::remove_all(folder); }

  std::map<std::string, std::string> environment() const {
    return {{"SOFTWARE_METAL_CACHE", folder.string()}, {"SOFTWARE_METAL_CXXFLAGS", "-O0"}};
  }
  std::size_t files() const {
    const auto all = fs::directory_iterator(folder);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  fs::path folder;
};

void expect_error(const std::string& source, const std::string& part) {
  const ReleasePool pool;
  const auto device = NS::TransferPtr(MTL::CreateSystemDefaultDevice());
  NS::Error* error = nullptr;
  expect(!device->newLibrary(string_of(source), nullptr, &error), "no library");
  const std::string text = error->localizedDescription()->utf8String();
  expect(text.find(part) != std::string::npos, "'" + part + "' in: " + text);
}

}  // namespace

TEST_CASE("an error in the source comes back with its line") {
  require_success([] {
    expect_error(
        "#include <metal_stdlib>\nkernel void k(device float* x [[buffer(0)]]) {\n"
        "  x[0] = nothing;\n}\n",
        "kernels.metal:3");
  });
}

TEST_CASE("a library knows its kernels") {
  require_success([] {
    Rig rig;
    const NS::Array* const names = rig.library->functionNames();
    expect(names->count() == 2, "two kernels");
    const auto* const first = static_cast<NS::String*>(names->object(0));
    expect(first->isEqualToString(string_of("scale")), "the first by name");
    expect(!rig.library->newFunction(string_of("nothing")), "no other kernel");
    const auto function = NS::TransferPtr(rig.library->newFunction(string_of("sum")));
    expect(function->name()->isEqualToString(string_of("sum")), "a function's name");
    MTL::ComputePipelineState& sum = rig.pipeline("sum");
    expect(sum.threadExecutionWidth() == 32, "lanes of a SIMD-group");
    expect(sum.maxTotalThreadsPerThreadgroup() == 1024, "threads of a threadgroup");
  });
}

TEST_CASE("compile options are taken") {
  require_success([] {
    Rig rig;
    const auto options = NS::TransferPtr(MTL::CompileOptions::alloc()->init());
    options->setFastMathEnabled(false);
    options->setMathMode(MTL::MathModeSafe);
    options->setLanguageVersion(MTL::LanguageVersion3_0);
    NS::Error* error = nullptr;
    const auto library =
        NS::TransferPtr(rig.device->newLibrary(string_of(kKernels), options.get(), &error));
    expect(library.get() != nullptr, "a library");
  });
}

TEST_CASE("two processes that compile the same at once do not spoil it") {
  const Cache cache;
  const auto compile = [&] { return start([] { Rig rig; }, cache.environment()); };
  const Child one = compile(), other = compile();
  const Ending first = ending_of(one), second = ending_of(other);
  CHECK(first.said + second.said == "");
  CHECK(first.code + second.code == 0);
  CHECK(cache.files() == 2);  // the software GPU and the kernels, and no workshop
  CHECK(ending_of(compile()).code == 0);
  CHECK(cache.files() == 2);
}

}  // namespace sparsegrow::software_metal
