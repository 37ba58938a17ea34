# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Which headers may include which. Run as: cmake -D include_dir=... -P layering_test.cmake

cmake_minimum_required(VERSION 3.25)

# A layer is a folder of include/pyronn, or a header that lies in none; from low to high.
set(core core version.hpp)
set(below_models ${core} geometry interp exec)
set(operators operators projector.hpp backprojector.hpp)
set(body ${below_models} model ${operators})

set(version.hpp_may nothing)
set(core_may ${core})
foreach(layer geometry interp exec)
  set(${layer}_may ${core} ${layer})
endforeach()
set(model_may ${below_models} model)
foreach(layer ${operators})
  set(${layer}_may ${body})
endforeach()
foreach(layer io phantom)
  set(${layer}_may ${body} ${layer})
endforeach()
set(recon_may ${body} io phantom recon)
set(backend_may ${body} recon backend)
set(distributed_may ${body} recon backend distributed)
set(simulate_may ${recon_may} simulate)
set(interop_may ${simulate_may} backend interop)
set(scan_may ${interop_may} scan)
set(check_geometry.hpp_may ${body} backend)
set(pyronn.hpp_may ${simulate_may} backend)
set(cpu.hpp_may backend pyronn.hpp)
set(cuda.cuh_may backend pyronn.hpp)

file(GLOB_RECURSE headers RELATIVE ${include_dir}/pyronn
  ${include_dir}/pyronn/*.hpp ${include_dir}/pyronn/*.cuh)
foreach(header IN LISTS headers)
  string(REGEX REPLACE "/.*" "" layer ${header})
  if(NOT DEFINED ${layer}_may)
    message(SEND_ERROR "${header}: the layer '${layer}' is not in tests/layering_test.cmake")
    continue()
  endif()

  file(STRINGS ${include_dir}/pyronn/${header} includes REGEX "^ *# *include")
  foreach(line IN LISTS includes)
    if(line MATCHES "include *\"")
      message(SEND_ERROR "${header}: ${line}: headers of the library are included as <pyronn/...>")
    elseif(line MATCHES "<pyronn/([^>]+)>")
      set(included ${CMAKE_MATCH_1})
      string(REGEX REPLACE "/.*" "" included_layer ${included})
      if(NOT included_layer IN_LIST ${layer}_may)
        message(SEND_ERROR "${header} must not include ${included}")
      endif()
    endif()
  endforeach()
endforeach()

list(LENGTH headers count)
if(count EQUAL 0)
  message(SEND_ERROR "no header found in ${include_dir}/pyronn")
endif()
message(STATUS "${count} headers looked at")
