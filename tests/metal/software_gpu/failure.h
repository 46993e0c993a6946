// Ends the program with one line: "software GPU: kernel NAME: ...".
#pragma once

#include <string>

namespace sparsegrow::software_gpu {

// The kernel that runs, for the line; null for none.
void set_running_kernel(const char* name);

[[noreturn]] void fail(const std::string& what);

}  // namespace sparsegrow::software_gpu
