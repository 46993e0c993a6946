# Builds for macOS on another system, by zig: for checking that everything compiles, links and is
# packed. Needs in the environment ZIG, the zig executable, and MACOS_STUBS, the folder that
# write_tbd.py has filled. What comes out cannot be run here.

set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR arm64)
set(CMAKE_SYSTEM_VERSION 23.0) # Darwin 23 is macOS 14

set(CMAKE_CXX_COMPILER ${CMAKE_CURRENT_LIST_DIR}/zig-cxx)
set(CMAKE_AR ${CMAKE_CURRENT_LIST_DIR}/zig-ar CACHE FILEPATH "")
set(CMAKE_RANLIB ${CMAKE_CURRENT_LIST_DIR}/zig-ranlib CACHE FILEPATH "")

# zig knows the target by its own flag, and would look for an SDK by these.
set(CMAKE_OSX_SYSROOT "" CACHE STRING "")
set(CMAKE_OSX_DEPLOYMENT_TARGET "" CACHE STRING "")

set(CMAKE_CXX_FLAGS_INIT "-target aarch64-macos.14.0 -fno-sanitize=undefined -isystem ${CMAKE_CURRENT_LIST_DIR}/include")
# The C++ library is named by the path of its stub, because zig takes -lc++ for a wish to build it.
set(libraries "$ENV{MACOS_STUBS}/lib/libc++.1.tbd -undefined dynamic_lookup")
foreach(kind IN ITEMS EXE SHARED MODULE)
  set(CMAKE_${kind}_LINKER_FLAGS_INIT "-F$ENV{MACOS_STUBS}/Frameworks -L$ENV{MACOS_STUBS}/lib ${libraries}")
endforeach()
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)

set(CMAKE_PROJECT_sparsegrow_INCLUDE ${CMAKE_CURRENT_LIST_DIR}/precompile.cmake)
