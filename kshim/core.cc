// SPDX-License-Identifier: GPL-2.0-only
// The core as the one C++ translation unit of the module: two objects that share a
// COMDAT function do not link into one module (cxx.mk).
#include "../mangler/one_unit.cc"
