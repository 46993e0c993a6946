// MTLCompileOptions, MTLLibrary and MTLFunction.
#pragma once

#include "foundation.h"
#include "launch.h"
#include "signature.h"

namespace sparsegrow::software_metal {

struct CompileOptions final : Object {
  static constexpr const char* kClass = "MTLCompileOptions";
  bool fast_math = true;  // Metal's default
};

struct Library final : Object {
  static constexpr const char* kClass = "MTLLibrary";
  void* code = nullptr;  // of dlopen; stays loaded
  std::map<std::string, KernelSignature> signatures;
};

struct Function final : Object {
  static constexpr const char* kClass = "MTLFunction";
  Library* library = nullptr;  // held
  std::string name;
  void (*launch)(const software_gpu::Launch*) = nullptr;
  void dispose() override { release(library); }
};

// Owned by the caller; nullptr, with the reason in *error, for a source that does not compile.
Library* make_library(const std::string& source, const CompileOptions* options, Error** error);

// The name under which the code of a library has the size of a kernel's value parameter.
std::string size_constant(const std::string& kernel, int index);

}  // namespace sparsegrow::software_metal
