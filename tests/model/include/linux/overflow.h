/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* The bytes of *@pointer with @count elements of its last member. */
#define struct_size(pointer, member, count)	(sizeof(*(pointer)) + (count) * sizeof(*(pointer)->member))
