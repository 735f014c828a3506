// SPDX-License-Identifier: GPL-2.0-only
/* The module's parameters. */

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "params.h"

struct rtsp_params rtsp_params __read_mostly = {
	.max_connections	= 4096,
	.max_mappings_per_host	= 256,
	.mappings_per_second	= 64,
	.media_source		= RTSP_SOURCE_PEER,
};

module_param_named(max_connections, rtsp_params.max_connections, uint, 0644);
MODULE_PARM_DESC(max_connections,
		 "RTSP connections followed at a time, 2 KiB each (default 4096, at most 65536)");

module_param_named(max_mappings_per_host, rtsp_params.max_mappings_per_host, uint, 0644);
MODULE_PARM_DESC(max_mappings_per_host,
		 "Media mappings that one host may have, 0 for any number (default 256)");

module_param_named(mappings_per_second, rtsp_params.mappings_per_second, uint, 0644);
MODULE_PARM_DESC(mappings_per_second,
		 "New media mappings a second of one host, twice as many at once, 0 for any number (default 64)");

module_param_named(expectations, rtsp_params.expectations, uint, 0644);
MODULE_PARM_DESC(expectations,
		 "Places in the kernel's expectation table, nf_conntrack_expect_max; 0 for what it is unless it was set (default 0)");

module_param_named(rewrite_client_address, rtsp_params.rewrite_client_address, bool, 0644);
MODULE_PARM_DESC(rewrite_client_address,
		 "Rewrite client_address= and the header x-NAT of IPTV boxes as well (default off)");

module_param_named(play_transport, rtsp_params.play_transport, bool, 0644);
MODULE_PARM_DESC(play_transport,
		 "Treat a PLAY that has a Transport header as a SETUP, for SAT>IP (default off)");

module_param_named(follow_redirects, rtsp_params.follow_redirects, bool, 0644);
MODULE_PARM_DESC(follow_redirects,
		 "Expect a control connection where a server sends its client on, on any port (default off)");

module_param_named(end_media, rtsp_params.end_media, bool, 0644);
MODULE_PARM_DESC(end_media,
		 "End media flows under way at TEARDOWN and at a SETUP that replaces them, where their ports are known (default off)");

static const char *const rtsp_media_source_name[] = {
	[RTSP_SOURCE_PEER]	= "peer",
	[RTSP_SOURCE_ANNOUNCED]	= "announced",
	[RTSP_SOURCE_ANY_LATCH]	= "any-latch",
};

static int rtsp_media_source_set(const char *val, const struct kernel_param *kp)
{
	int source = sysfs_match_string(rtsp_media_source_name, val);

	if (source < 0)
		return source;
	WRITE_ONCE(rtsp_params.media_source, source);
	return 0;
}

static int rtsp_media_source_get(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n",
			 rtsp_media_source_name[rtsp_param(media_source)]);
}

static const struct kernel_param_ops rtsp_media_source_ops = {
	.set	= rtsp_media_source_set,
	.get	= rtsp_media_source_get,
};

module_param_cb(media_source, &rtsp_media_source_ops, NULL, 0644);
MODULE_PARM_DESC(media_source,
		 "Who may send media: peer (default), announced (source= or src_addr of the reply, else the peer) or any-latch (anybody until the first packet, then that address)");
