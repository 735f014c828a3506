/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Each CPU's copy of an object lies a fixed distance from the one before. */
#include <linux/types.h>

#define NR_CPUS			2
#define MODEL_PERCPU_DISTANCE	4096

extern unsigned int model_cpu;	/* the one that runs now */

void *model_alloc_percpu(size_t size);
void free_percpu(void *pointer);

#define model_percpu(pointer, cpu) ((typeof(pointer))((char *)(pointer) + (cpu) * MODEL_PERCPU_DISTANCE))
#define alloc_percpu(type)	((type *)model_alloc_percpu(sizeof(type)))
#define per_cpu_ptr(p, cpu)	model_percpu(p, (unsigned int)(cpu))
#define this_cpu_ptr(p)		model_percpu(p, model_cpu)
#define this_cpu_inc(field)	((*model_percpu(&(field), model_cpu))++)
#define this_cpu_dec(field)	((*model_percpu(&(field), model_cpu))--)
#define this_cpu_add(field, n)	((*model_percpu(&(field), model_cpu)) += (n))
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < NR_CPUS; (cpu)++)
#define smp_processor_id()	model_cpu
