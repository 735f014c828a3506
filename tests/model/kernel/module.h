/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* The name of the module whose init function runs now, or ran last. */
extern const char *model_loading;
