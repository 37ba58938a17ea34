# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""pyronn as a Conan 2 package, of the checkout this file lies in: conan create cmake/conan"""

import re
from pathlib import Path

from conan import ConanFile
from conan.tools.cmake import CMake, cmake_layout
from conan.tools.files import copy


class Pyronn(ConanFile):
    name = "pyronn"
    description = "Computed tomography operators as C++17 and CUDA headers"
    license = "Apache-2.0"
    topics = ("computed-tomography", "reconstruction", "cuda", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    generators = "CMakeToolchain", "CMakeDeps"
    no_copy_source = True

    @property
    def _checkout(self):
        return Path(self.recipe_folder).parent.parent

    def set_version(self):
        header = (self._checkout / "include/pyronn/version.hpp").read_text()
        self.version = ".".join(re.findall(r"define PYRONN_VERSION_[A-Z]+ (\d+)", header))

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*"):
            copy(self, pattern, self._checkout, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def package_id(self):
        self.info.clear()  # headers are the same for every compiler

    def build(self):
        CMake(self).configure(variables={
            "PYRONN_BUILD_TESTS": "OFF", "PYRONN_BUILD_EXAMPLES": "OFF", "PYRONN_INSTALL": "ON"})

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, Path(self.package_folder) / "licenses")

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        # find_package finds pyronn's own CMake package, which has the component cuda.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["share/cmake/pyronn"]
        self.cpp_info.set_property("pkg_config_name", "pyronn")
        if self.settings.get_safe("os") == "Linux":
            self.cpp_info.system_libs = ["pthread"]
