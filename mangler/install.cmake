# SPDX-License-Identifier: MIT OR GPL-2.0-only
# For users of the library: find_package(rtspnat) gives rtspnat::rtspnat; pkg-config knows it as rtspnat.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rtspnat)

install(TARGETS rtspnat EXPORT rtspnat-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/mangler/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT rtspnat-targets NAMESPACE rtspnat:: DESTINATION ${package_dir})

configure_package_config_file(mangler/rtspnat-config.cmake.in ${PROJECT_BINARY_DIR}/rtspnat-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rtspnat-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/rtspnat-config.cmake ${PROJECT_BINARY_DIR}/rtspnat-config-version.cmake
  DESTINATION ${package_dir})

file(RELATIVE_PATH RTSPNAT_PC_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(mangler/rtspnat.pc.in ${PROJECT_BINARY_DIR}/rtspnat.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/rtspnat.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
