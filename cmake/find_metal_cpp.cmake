# Finds Apple's metal-cpp headers, of which no copy stands in this repository.
#
#   find_metal_cpp()
#
# sets METAL_CPP_INCLUDE_DIR to the folder that holds Foundation/Foundation.hpp and
# Metal/Metal.hpp. It looks, in this order, at
#   1. SPARSEGROW_METAL_CPP, a folder given by the user;
#   2. the headers that an installed Python package carries (mlx);
#   3. the wheel of that package, of one version and hash: fetched once per build folder.
# Works on every system, since tests need the headers without a Mac. Stops with a fatal error that
# says what to do where none of these gives the headers.

set(SPARSEGROW_METAL_CPP "" CACHE PATH "Folder of Apple's metal-cpp headers (empty: found or fetched)")

set(metal_cpp_version 0.32.4)
set(metal_cpp_sha256 8019b2db622599267d66cc168b2f0dbf5af929790a6c3b3913e00eabc42a7947)
set(metal_cpp_wheel mlx_metal-${metal_cpp_version}-py3-none-macosx_14_0_arm64.whl)
set(metal_cpp_url # the folder is named by another hash of the file
    https://files.pythonhosted.org/packages/77/24/7e5b7ed5d28abacab4577c7a8dd1fca6e9058504f5f95ae4333c09420e2e/${metal_cpp_wheel})

# OUT is true if FOLDER holds the two headers that everything else hangs on.
function(_metal_cpp_holds folder out)
  if(EXISTS "${folder}/Foundation/Foundation.hpp" AND EXISTS "${folder}/Metal/Metal.hpp")
    set(${out} TRUE PARENT_SCOPE)
  else()
    set(${out} FALSE PARENT_SCOPE)
  endif()
endfunction()

# OUT is the list of interpreters to ask: the one that CMake found, and python3.
function(_metal_cpp_pythons out)
  find_program(METAL_CPP_PYTHON3 NAMES python3 python)
  mark_as_advanced(METAL_CPP_PYTHON3)
  set(found "")
  foreach(python IN ITEMS "${Python_EXECUTABLE}" "${METAL_CPP_PYTHON3}")
    if(python AND NOT python IN_LIST found)
      list(APPEND found "${python}")
    endif()
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

# OUT is the folder inside an installed package, or empty. -E undoes what pip does to the path of an
# isolated build, so that it sees the packages that the user sees.
function(_metal_cpp_installed out)
  set(${out} "" PARENT_SCOPE)
  set(where "import importlib.util as u; s = u.find_spec('mlx'); print(*(s.submodule_search_locations if s else []), sep=';')")
  _metal_cpp_pythons(pythons)
  foreach(python IN LISTS pythons)
    execute_process(COMMAND ${python} -E -c "${where}" OUTPUT_VARIABLE packages ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    foreach(package IN LISTS packages)
      _metal_cpp_holds("${package}/include/metal_cpp" found)
      if(found)
        set(${out} "${package}/include/metal_cpp" PARENT_SCOPE)
        return()
      endif()
    endforeach()
  endforeach()
endfunction()

# Puts the wheel into FOLDER by pip, so that the user's index and proxy settings hold. OUT is what
# pip said where it failed, else empty.
function(_metal_cpp_fetch_by_pip folder out)
  file(WRITE "${folder}/requirements.txt" "mlx-metal==${metal_cpp_version} --hash=sha256:${metal_cpp_sha256}\n")
  _metal_cpp_pythons(pythons)
  set(said "no Python with pip")
  foreach(python IN LISTS pythons)
    execute_process(
      COMMAND ${python} -E -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all:
              --platform macosx_14_0_arm64 --python-version 3.12 --require-hashes -r requirements.txt --dest .
      WORKING_DIRECTORY "${folder}" RESULT_VARIABLE code ERROR_VARIABLE said OUTPUT_QUIET)
    if(code EQUAL 0)
      set(said "")
      break()
    elseif(said STREQUAL "")
      set(said "result ${code}")
    endif()
  endforeach()
  string(STRIP "${said}" said)
  string(REGEX REPLACE "[\r\n]+" " " said "${said}")
  set(${out} "${said}" PARENT_SCOPE)
endfunction()

# Fetches the wheel into FOLDER by CMake itself. OUT is what went wrong, else empty.
function(_metal_cpp_fetch_by_url folder out)
  file(DOWNLOAD ${metal_cpp_url} "${folder}/${metal_cpp_wheel}" STATUS status INACTIVITY_TIMEOUT 60)
  list(GET status 0 code)
  list(GET status 1 said)
  if(code EQUAL 0)
    file(SHA256 "${folder}/${metal_cpp_wheel}" sha256)
    set(said "")
    if(NOT sha256 STREQUAL metal_cpp_sha256)
      set(said "${metal_cpp_url} has the wrong hash")
    endif()
  endif()
  set(${out} "${said}" PARENT_SCOPE)
endfunction()

# Fetches and unpacks the headers into the build folder, once. OUT is where they are.
function(_metal_cpp_fetched out)
  set(folder "${CMAKE_BINARY_DIR}/metal_cpp-${metal_cpp_version}")
  set(${out} "${folder}/mlx/include/metal_cpp" PARENT_SCOPE)
  if(EXISTS "${folder}/complete")
    return()
  endif()
  message(STATUS "Fetching the metal-cpp headers (mlx-metal ${metal_cpp_version}, 45 MB)")
  _metal_cpp_fetch_by_pip("${folder}" pip_said)
  if(pip_said)
    _metal_cpp_fetch_by_url("${folder}" url_said)
    if(url_said)
      message(FATAL_ERROR "metal-cpp cannot be fetched (pip: ${pip_said}; download: ${url_said}). "
                          "Install it with 'pip install mlx-metal', or give its folder by -DSPARSEGROW_METAL_CPP=DIR.")
    endif()
  endif()
  file(ARCHIVE_EXTRACT INPUT "${folder}/${metal_cpp_wheel}" DESTINATION "${folder}" PATTERNS "mlx/include/metal_cpp/*")
  file(REMOVE "${folder}/${metal_cpp_wheel}")
  file(TOUCH "${folder}/complete")
endfunction()

function(find_metal_cpp)
  set(folder "${SPARSEGROW_METAL_CPP}")
  if(NOT folder)
    _metal_cpp_installed(folder)
  endif()
  if(NOT folder)
    _metal_cpp_fetched(folder)
  endif()
  _metal_cpp_holds("${folder}" found)
  if(NOT found)
    message(FATAL_ERROR "${folder} holds no metal-cpp: Foundation/Foundation.hpp and Metal/Metal.hpp are expected in it. "
                        "Correct -DSPARSEGROW_METAL_CPP=DIR, or leave it out to have the headers found or fetched.")
  endif()
  message(STATUS "metal-cpp: ${folder}")
  set(METAL_CPP_INCLUDE_DIR "${folder}" PARENT_SCOPE)
endfunction()
