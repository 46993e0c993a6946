// From the text of kernels to code in this process.
#pragma once

#include <stdexcept>
#include <string>

namespace sparsegrow::software_metal {

struct CompileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A shared library of the kernels, translated and compiled, or the one made of the same text, tools
// and flags before. `checks` is C++ put behind the translated text. Takes seconds the first time.
// Throws CompileError with what the translator or the compiler says.
void* load_kernels(const std::string& source, const std::string& checks, bool fast_math);

}  // namespace sparsegrow::software_metal
