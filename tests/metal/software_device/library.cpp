#include "library.h"

#include <dlfcn.h>

#include "classes.h"
#include "compiler.h"
#include "failure.h"
#include "faults.h"
#include "labels.h"

namespace sparsegrow::software_metal {
namespace {

constexpr const char* kErrorDomain = "MTLLibraryErrorDomain";
constexpr long kCompileFailure = 3;  // of MTLLibraryError

// C++ that exports the sizes of the kernels' value parameters.
std::string size_constants(const std::map<std::string, KernelSignature>& signatures) {
  std::string text;
  for (const auto& [kernel, signature] : signatures) {
    for (const auto& [index, type] : signature.values) {
      text += "extern \"C\" __attribute__((visibility(\"default\"))) const unsigned long " +
              size_constant(kernel, index) + " = sizeof(" + type + ");\n";
    }
  }
  return text;
}

Function* new_function(Library* self, SEL, String* name) {
  void* const launch = dlsym(self->code, ("software_gpu_launch_" + name->text).c_str());
  if (!launch) return nullptr;
  auto* const function = make<Function>();
  function->launch = reinterpret_cast<void (*)(const software_gpu::Launch*)>(launch);
  function->name = name->text;
  function->library = self;
  retain(self);
  return function;
}

Array* function_names(Library* self, SEL) {
  auto* const names = make<Array>();
  for (const auto& [name, signature] : self->signatures) names->items.push_back(make_string(name));
  return given_away(names);
}

void register_options() {
  constexpr const char* kName = CompileOptions::kClass;
  constexpr long kFast = 2;  // of MTLMathMode
  allow_alloc<CompileOptions>();
  on_object(
      kName,
      "setFastMathEnabled:", +[](CompileOptions* self, SEL, bool on) { self->fast_math = on; });
  on_object(
      kName, "setMathMode:", +[](CompileOptions* self, SEL, long mode) {
        self->fast_math = mode == kFast;
      });
  on_object(kName, "setLanguageVersion:", +[](CompileOptions*, SEL, unsigned long) {});
}

}  // namespace

std::string size_constant(const std::string& kernel, int index) {
  return "software_metal_size_" + kernel + "_" + std::to_string(index);
}

Library* make_library(const std::string& source, const CompileOptions* options, Error** error) {
  try {
    if (fails_now(Fault::kCompile)) throw CompileError("error: the compiler was told to fail");
    auto signatures = signatures_in(source);
    void* const code =
        load_kernels(source, size_constants(signatures), options ? options->fast_math : true);
    auto* const library = make<Library>();
    library->code = code;
    library->signatures = std::move(signatures);
    return library;
  } catch (const CompileError& reason) {
    set_error(error, kErrorDomain, kCompileFailure, reason.what());
    return nullptr;
  }
}

void register_library() {
  constexpr const char* kName = Library::kClass;
  register_options();
  allow_label<Library>();
  allow_label<Function>();
  on_object(kName, "newFunctionWithName:", new_function);
  on_object(kName, "functionNames", function_names);
  on_object(
      Function::kClass, "name",
      +[](Function* self, SEL) { return given_away(make_string(self->name)); });
}

}  // namespace sparsegrow::software_metal
