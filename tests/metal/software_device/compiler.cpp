#include "compiler.h"

#include <dlfcn.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "build_cache.h"
#include "settings.h"

namespace sparsegrow::software_metal {
namespace {

namespace fs = std::filesystem;

const fs::path kGpu = SOFTWARE_GPU_FOLDER;  // by CMake: the folder of the software GPU

// The sources of what runs the kernels lie in the folder itself; its tests do not.
std::vector<std::string> gpu_sources() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(kGpu)) {
    if (entry.path().extension() == ".cpp") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// All that kernels are made with: sources, headers and the translator.
std::string gpu_text() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kGpu)) {
    const bool made = entry.path().string().find("__pycache__") != std::string::npos;
    if (entry.is_regular_file() && !made) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string text;
  for (const fs::path& file : files) text += file.string() + content_of(file);
  return text;
}

// Sanitizers and the like go with every step; only kernels are made with fast-math.
std::string tool(const std::string& step) {
  return settings().compiler + " -O2 -g -fPIC " + settings().flags + " " + step + " ";
}

// What all kernels of the process share: its scheduler exists once. It serves all GPU threads; the
// thread sanitizer must not take what it does for their doing.
fs::path runtime() {
  const std::string command = tool("-std=c++17 -fno-sanitize=thread -shared -I " + in_quotes(kGpu));
  return cached(command + gpu_text(), ".so", [&](const fs::path& folder) {
    std::string sources;
    for (const std::string& file : gpu_sources()) sources += " " + in_quotes(file);
    run_tool(folder, command + sources + " -o out");
  });
}

// Metal is C++14.
std::string compile_step(bool fast_math) {
  const char* const math = fast_math ? "-ffast-math" : "-ffp-contract=off";
  return tool("-std=c++14 -w " + std::string(math) + " -I " + in_quotes(kGpu) +
              " -c kernels.cpp -o kernels.o");
}

// Linked in a step without fast-math, which would change the arithmetic of the whole process.
std::string link_step() { return tool("-shared kernels.o " + in_quotes(runtime()) + " -o out"); }

void make_kernels(const fs::path& folder, const std::string& source, const std::string& checks,
                  const std::string& compile, const std::string& link) {
  std::ofstream(folder / "kernels.metal", std::ios::binary) << source;
  run_tool(folder, "PYTHONDONTWRITEBYTECODE=1 CXX=" + in_quotes(settings().compiler) + " python3 " +
                       in_quotes(kGpu / "translate.py") + " kernels.metal kernels.cpp");
  std::ofstream(folder / "kernels.cpp", std::ios::app) << "\n#line 1 \"sizes\"\n" << checks;
  run_tool(folder, compile);
  run_tool(folder, link);
}

}  // namespace

void* load_kernels(const std::string& source, const std::string& checks, bool fast_math) {
  const std::string compile = compile_step(fast_math), link = link_step();
  const auto make = [&](const fs::path& folder) {
    make_kernels(folder, source, checks, compile, link);
  };
  const fs::path file = cached(compile + link + gpu_text() + source + checks, ".so", make);
  void* const code = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!code) throw CompileError(dlerror());
  return code;
}

}  // namespace sparsegrow::software_metal
