/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Memory is the host's, so that AddressSanitizer watches each object. */
#include <linux/types.h>

#define GFP_KERNEL	0x1u	/* may sleep */
#define GFP_ATOMIC	0x2u
#define __GFP_ZERO	0x4u
#define __GFP_NOWARN	0x8u

struct kmem_cache;

void *kmalloc(size_t size, gfp_t gfp);
void kfree(const void *object);
static inline void *kzalloc(size_t size, gfp_t gfp) { return kmalloc(size, gfp | __GFP_ZERO); }
static inline void *kcalloc(size_t n, size_t size, gfp_t gfp) { return kzalloc(n * size, gfp); }

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     unsigned int flags, void (*ctor)(void *object));
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *object);
static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return kmem_cache_alloc(cache, gfp | __GFP_ZERO);
}
