/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
void model_run_work(void);
unsigned int model_work_pending(void);
