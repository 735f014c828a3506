/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
void model_run_rcu_callbacks(void);
unsigned int model_rcu_callbacks_pending(void);
/* Returns how many there were. */
unsigned int model_set_rcu_readers(unsigned int count);
