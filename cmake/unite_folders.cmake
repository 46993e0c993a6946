# With CMAKE_UNITY_BUILD the sources of one folder are compiled as one: less than half the time when
# everything is built, so wheels and the builds of CI do. Names in a folder must differ for it.
#
#   sparsegrow_unite_folders(TARGET SOURCE...)

function(sparsegrow_unite_folders target)
  foreach(source IN LISTS ARGN)
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(GET folder FILENAME group)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()
