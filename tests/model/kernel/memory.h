/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include "../model.h"

/* Is this the allocation that must fail? */
bool model_fault_due(enum model_fault fault);
void model_memory_start(void);
