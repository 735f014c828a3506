/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Nothing more is made of a trace header here. */
