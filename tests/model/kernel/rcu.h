/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
void model_run_rcu_callbacks(void);
unsigned int model_rcu_callbacks_pending(void);
/* Those that nobody can be reading any more, if that is wanted. */
void model_end_grace_periods(void);

struct model_readers {
	unsigned int count;
	unsigned long since;	/* callbacks of that number and above wait for them */
};

/* Another CPU reads nothing yet, while we go on with what we read. */
struct model_readers model_enter_other_cpu(void);
void model_leave_other_cpu(struct model_readers was);
