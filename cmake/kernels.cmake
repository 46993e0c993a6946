# The CPU kernels: one source, compiled once per instruction set.
#
#   add_kernels(TARGET)
#
# SPARSEGROW_KERNELS lists the instruction sets to build for; empty means all of the processor. TARGET
# learns of each by a definition, SG_HAS_AVX2 and the like.

set(SPARSEGROW_KERNELS "" CACHE STRING "Instruction sets of the kernels: baseline;avx2;avx512 or neon (empty: all)")

set(kernel_options_avx2 -mavx2 -mfma)
set(kernel_options_avx512 -mavx512f -mavx512dq -mavx512vl -mavx512bw -mfma)

# OUT is the instruction sets to build for.
function(_wanted_instruction_sets out)
  set(all baseline avx2 avx512)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    set(all neon)
  endif()
  foreach(name IN LISTS SPARSEGROW_KERNELS)
    if(NOT name IN_LIST all)
      message(FATAL_ERROR "SPARSEGROW_KERNELS: got '${name}', expected some of ${all}")
    endif()
  endforeach()
  if(SPARSEGROW_KERNELS)
    set(all ${SPARSEGROW_KERNELS})
  endif()
  set(${out} ${all} PARENT_SCOPE)
endfunction()

function(add_kernels target)
  set(optimisation -O3)
  if(SPARSEGROW_QUICK)
    set(optimisation -O1) # the instructions are the same
  endif()
  _wanted_instruction_sets(names)
  foreach(name IN LISTS names)
    set(source ${PROJECT_SOURCE_DIR}/cpp/cpu/kernels_${name}.cpp)
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS
      "${optimisation};-ffp-contract=fast;${kernel_options_${name}}")
    string(TOUPPER SG_HAS_${name} has)
    target_sources(${target} PRIVATE ${source})
    target_compile_definitions(${target} PRIVATE ${has})
  endforeach()
endfunction()
