# Precompiled headers for the build by zig, which they make twice as fast. They also hide an
# #include that a source forgot; the builds on a Mac, which do without, would tell.

# As zig wants them: CMake's way for clang asks it for two outputs at once.
set(CMAKE_CXX_COMPILE_OPTIONS_CREATE_PCH -Xclang -include -Xclang <PCH_HEADER> -x c++-header)
set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include-pch <PCH_FILE>)

function(precompile_headers)
  set(library <algorithm> <cmath> <functional> <memory> <stdexcept> <string> <unordered_map> <vector>)
  target_precompile_headers(sparsegrow_core PRIVATE ${library})
  target_precompile_headers(_sparsegrow PRIVATE ${library} <pybind11/numpy.h> <pybind11/stl.h>)
  # Compiled with options of its own, which those of the header must not differ from.
  set_source_files_properties(cpp/cpu/kernels_neon.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
cmake_language(DEFER CALL precompile_headers)
