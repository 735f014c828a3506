// SPDX-License-Identifier: GPL-2.0-only
/* Memory that the core needs for a while. */

#include <linux/errno.h>
#include <linux/slab.h>
#include <rtspnat.h>

#include "memory.h"

static struct kmem_cache *rtsp_scratch_cache __read_mostly;
static struct kmem_cache *rtsp_buffer_cache __read_mostly;

int rtsp_memory_init(void)
{
	rtsp_scratch_cache = kmem_cache_create("nf_conntrack_rtsp_scratch",
					       rtspnat_scratch_size(), 8, 0, NULL);
	rtsp_buffer_cache = kmem_cache_create("nf_conntrack_rtsp_buffer",
					      rtspnat_buffer_size(), 8, 0, NULL);
	if (rtsp_scratch_cache && rtsp_buffer_cache)
		return 0;
	rtsp_memory_exit();
	return -ENOMEM;
}

void rtsp_memory_exit(void)
{
	kmem_cache_destroy(rtsp_scratch_cache);
	kmem_cache_destroy(rtsp_buffer_cache);
}

void *rtsp_scratch_alloc(void)
{
	return kmem_cache_alloc(rtsp_scratch_cache, GFP_ATOMIC | __GFP_NOWARN);
}

void rtsp_scratch_free(void *scratch)
{
	kmem_cache_free(rtsp_scratch_cache, scratch);
}

void *rtsp_buffer_alloc(void)
{
	return kmem_cache_alloc(rtsp_buffer_cache, GFP_ATOMIC | __GFP_NOWARN);
}

void rtsp_buffer_free(void *buffer)
{
	kmem_cache_free(rtsp_buffer_cache, buffer);
}
