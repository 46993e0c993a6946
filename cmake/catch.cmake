# Catch2, from the system, whichever major version, else the pinned release, fetched; and the entry
# point of test and benchmark programs.
#
# Defines the targets Catch2::Catch2 and catch_main. SPARSEGROW_FETCH_CATCH2 fetches Catch2 even
# where it is installed. SPARSEGROW_CATCH_MAIN names an object of tests/cpp/main.cpp that another build
# has compiled, with or without sanitizers, by any compiler of the same C++ library.

set(SPARSEGROW_CATCH_MAIN "" CACHE FILEPATH "Compiled tests/cpp/main.cpp of another build (empty: compile it)")

if(NOT SPARSEGROW_FETCH_CATCH2)
  find_package(Catch2 QUIET)
endif()
if(NOT TARGET Catch2::Catch2)
  include(FetchContent)
  FetchContent_Declare(
    Catch2
    URL https://github.com/catchorg/Catch2/archive/refs/tags/v2.13.10.tar.gz
    URL_HASH SHA256=d54a712b7b1d7708bc7a819a8e6e47b2fde9536f487b89ccbca295072a7d9943
  )
  FetchContent_MakeAvailable(Catch2)
  set_target_properties(Catch2 PROPERTIES SYSTEM ON) # CMake 3.25 reads SYSTEM above as a part of the hash
endif()

if(SPARSEGROW_CATCH_MAIN AND NOT TARGET catch_main)
  add_library(catch_main INTERFACE)
  target_link_libraries(catch_main INTERFACE Catch2::Catch2 ${SPARSEGROW_CATCH_MAIN})
elseif(NOT TARGET catch_main)
  set(catch_main ${CMAKE_CURRENT_LIST_DIR}/../tests/cpp/main.cpp)
  add_library(catch_main OBJECT ${catch_main})
  target_link_libraries(catch_main PUBLIC Catch2::Catch2)
  set_source_files_properties(${catch_main} PROPERTIES COMPILE_OPTIONS "-O0;-fno-sanitize=all") # slow to compile
endif()
