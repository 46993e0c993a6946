# Puts the Metal kernels and the headers that they include into one C++ string.
#
#   cmake -DROOT=SOURCE_FOLDER -DOUT=FILE.cpp -P cmake/embed_kernels.cmake
#
# A header stands before whoever includes it, and once. Lines keep their numbers: #line directives
# name each file, so that a compiler's complaints point into the source tree.

cmake_minimum_required(VERSION 3.25)
set(include_line "\n[ \t]*#include \"([^\"]+)\"")

# Appends FILE (relative to ROOT) to the global property kernel_text, after what it includes.
function(append_source file)
  get_property(seen GLOBAL PROPERTY kernel_files)
  if(file IN_LIST seen)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY kernel_files "${file}")
  file(READ "${ROOT}/${file}" text)
  set(text "\n${text}")
  while(text MATCHES "${include_line}")
    set(line "${CMAKE_MATCH_0}")
    set(included "${CMAKE_MATCH_1}")
    if(NOT EXISTS "${ROOT}/${included}")
      set(included "cpp/${included}")
    endif()
    append_source("${included}")
    string(REPLACE "${line}" "\n" text "${text}")
  endwhile()
  string(REPLACE "\n#pragma once" "\n" text "${text}")
  get_property(all GLOBAL PROPERTY kernel_text)
  set_property(GLOBAL PROPERTY kernel_text "${all}#line 1 \"${file}\"${text}")
endfunction()

file(GLOB kernels RELATIVE "${ROOT}" "${ROOT}/metal/kernels/*.metal")
list(SORT kernels)
foreach(kernel IN LISTS kernels)
  append_source("${kernel}")
endforeach()

get_property(text GLOBAL PROPERTY kernel_text)
file(WRITE "${OUT}.new" "#include \"metal/kernel_source.h\"

const char* const sparsegrow::metal::kKernelSource = R\"metal(${text})metal\";
")
file(COPY_FILE "${OUT}.new" "${OUT}" ONLY_IF_DIFFERENT)
file(REMOVE "${OUT}.new")
