# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Creates the Conan package, and runs a program with it, without a remote.

cmake_minimum_required(VERSION 3.25)

set(conan_version 2.34.0)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

if(NOT python)
  message(STATUS "skipped: there is no python3")
  return()
endif()
set(venv ${work_dir}/venv-${conan_version})
if(NOT EXISTS ${venv}/complete)
  file(REMOVE_RECURSE ${venv})
  execute_process(COMMAND ${python} -m venv ${venv} RESULT_VARIABLE result)
  if(result EQUAL 0)
    execute_process(COMMAND ${venv}/bin/pip install --quiet --disable-pip-version-check
      --retries 1 --timeout 20 conan==${conan_version} RESULT_VARIABLE result)
  endif()
  if(NOT result EQUAL 0)
    message(STATUS "skipped: conan ${conan_version} cannot be installed from PyPI")
    return()
  endif()
  file(TOUCH ${venv}/complete)
endif()

# All that Conan writes lies in the build folder.
set(ENV{CONAN_HOME} ${work_dir}/home)
set(ENV{PYTHONDONTWRITEBYTECODE} 1)
set(ENV{CXX} ${compiler})
set(conan ${venv}/bin/conan)
file(REMOVE_RECURSE ${work_dir}/home ${work_dir}/test_package)
run(${conan} profile detect)
file(WRITE ${work_dir}/profile "include(default)\n[conf]\n"
  "tools.cmake.cmaketoolchain:generator=${generator}\n"
  "tools.cmake.cmake_layout:test_folder=${work_dir}/test_package\n"
  "tools.build:compiler_executables={\"cpp\": \"${compiler}\"}\n")
execute_process(COMMAND ${conan} create ${source_dir}/cmake/conan --no-remote
  --profile ${work_dir}/profile OUTPUT_VARIABLE log ERROR_VARIABLE log RESULT_VARIABLE result)
if(NOT result EQUAL 0 OR NOT log MATCHES "pyronn ${version}, a grid")
  message(FATAL_ERROR "conan create: ${result}\n${log}")
endif()
