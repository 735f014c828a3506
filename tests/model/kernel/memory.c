// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Allocation, with failures on demand.  What is not zeroed is filled with a pattern, and what is freed with another. */
#include <stdlib.h>

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "../model.h"
#include "memory.h"

struct kmem_cache {
	struct list_head list;
	const char *name;
	size_t size;
	long objects;
};

static LIST_HEAD(caches);
static long objects;
static unsigned int allow[MODEL_FAULTS];
static unsigned int fail[MODEL_FAULTS];
unsigned int model_cpu;

void model_memory_start(void)
{
	objects = 0;
}

void model_fail(enum model_fault fault, unsigned int after, unsigned int times)
{
	allow[fault] = after;
	fail[fault] = times;
}

bool model_fault_due(enum model_fault fault)
{
	if (!fail[fault])
		return false;
	if (allow[fault]) {
		allow[fault]--;
		return false;
	}
	fail[fault]--;
	return true;
}

static void *obtain(size_t size, gfp_t gfp)
{
	void *object;

	if (gfp & GFP_KERNEL)
		model_might_sleep("an allocation with GFP_KERNEL");
	if (model_fault_due(MODEL_FAULT_ALLOCATION))
		return NULL;
	object = malloc(size);
	if (!object)
		abort();
	memset(object, gfp & __GFP_ZERO ? 0 : 0xa5, size);
	return object;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	void *object = obtain(size, gfp);

	objects += object != NULL;
	return object;
}

void kfree(const void *object)
{
	objects -= object != NULL;
	free((void *)object);
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align, unsigned int flags,
				     void (*ctor)(void *object))
{
	struct kmem_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);

	(void)flags;
	if (align > 16 || ctor)
		model_report("kmem_cache_create(%s): the model has no such alignment or constructor", name);
	if (!cache)
		return NULL;
	cache->name = name;
	cache->size = size;
	list_add(&cache->list, &caches);
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	model_might_sleep("kmem_cache_destroy");
	if (!cache)
		return;
	if (cache->objects)
		model_report("kmem_cache_destroy(%s) with %ld objects left", cache->name, cache->objects);
	list_del(&cache->list);
	kfree(cache);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object = obtain(cache->size, gfp);

	cache->objects += object != NULL;
	return object;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	cache->objects--;
	/* Without AddressSanitizer whoever uses it still finds a lock or a reference count that cannot be. */
	memset(object, 0x6b, cache->size);
	__asm__ volatile("" : : "r"(object) : "memory");
	free(object);
}

void *model_alloc_percpu(size_t size)
{
	if (size > MODEL_PERCPU_DISTANCE)
		abort();
	return kzalloc(NR_CPUS * MODEL_PERCPU_DISTANCE, GFP_KERNEL);
}

void free_percpu(void *pointer)
{
	kfree(pointer);
}

long model_objects(void)
{
	const struct kmem_cache *cache;
	long count = objects;

	list_for_each_entry(cache, &caches, list)
		count += cache->objects;
	return count;
}

void model_set_cpu(unsigned int cpu)
{
	model_cpu = cpu % NR_CPUS;
}
