# The Metal backend, where there is one: its sources join the engine.
#
#   add_metal(TARGET)
#
# SPARSEGROW_METAL is auto (on macOS), off, or software: the same host code on a software device
# that executes the kernels on the CPU, so that tests run without an Apple GPU (Linux, clang).

set(SPARSEGROW_METAL auto CACHE STRING "Metal backend: auto | off | software")
set_property(CACHE SPARSEGROW_METAL PROPERTY STRINGS auto off software)

# The text of all kernels as one C++ file, made again when one changes. OUT is its path.
function(_embedded_kernels out)
  file(GLOB parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/metal/kernels/* ${PROJECT_SOURCE_DIR}/cpp/sparsegrow/backend/*.h)
  set(source ${PROJECT_BINARY_DIR}/metal_kernels.cpp)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_kernels.cmake)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR} -DOUT=${source} -P ${script}
    COMMAND ${CMAKE_COMMAND} -E touch ${source}
    DEPENDS ${script} ${parts}
    COMMENT "Embedding the Metal kernels"
    VERBATIM)
  set(${out} ${source} PARENT_SCOPE)
endfunction()

function(add_metal target)
  set(folder ${PROJECT_SOURCE_DIR}/metal)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  if(SPARSEGROW_METAL STREQUAL "off" OR (SPARSEGROW_METAL STREQUAL "auto" AND NOT APPLE))
    target_sources(${target} PRIVATE ${folder}/absent.cpp)
    return()
  endif()
  include(${PROJECT_SOURCE_DIR}/cmake/find_metal_cpp.cmake)
  find_metal_cpp()
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(REMOVE_ITEM sources ${folder}/absent.cpp)
  _embedded_kernels(kernels)
  target_sources(${target} PRIVATE ${sources} ${kernels})
  sparsegrow_unite_folders(${target} ${sources})
  # What it defines before it includes metal-cpp must not meet an earlier include.
  set_source_files_properties(${folder}/metal_cpp.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_include_directories(${target} SYSTEM PRIVATE ${METAL_CPP_INCLUDE_DIR})
  if(SPARSEGROW_METAL STREQUAL "software")
    add_subdirectory(${PROJECT_SOURCE_DIR}/tests/metal/software_device ${PROJECT_BINARY_DIR}/software_device)
    target_compile_options(${target} PRIVATE -fblocks -Wno-unknown-attributes)
    target_link_libraries(${target} PRIVATE software_metal)
  else()
    target_compile_definitions(${target} PRIVATE METALCPP_SYMBOL_VISIBILITY_HIDDEN) # else the module exports its names
    target_link_libraries(${target} PRIVATE "-framework Metal" "-framework Foundation" objc)
  endif()
endfunction()
