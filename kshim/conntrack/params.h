/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's parameters.
 *
 * The administrator may change each of them at any time, so a function reads one once:
 *
 *	unsigned int most = rtsp_param(max_mappings_per_host);
 */
#ifndef _RTSP_PARAMS_H
#define _RTSP_PARAMS_H

#include <linux/compiler.h>
#include <linux/types.h>

enum rtsp_media_source {
	RTSP_SOURCE_PEER,	/* the peer of the control connection */
	RTSP_SOURCE_ANNOUNCED,	/* the address that the reply names */
	RTSP_SOURCE_ANY_LATCH,	/* whoever sends first */
};

struct rtsp_params {
	unsigned int max_connections;
	unsigned int max_mappings_per_host;	/* 0: any number */
	unsigned int mappings_per_second;	/* 0: any number */
	unsigned int expectations;		/* 0: as many as the kernel begins with */
	int media_source;			/* enum rtsp_media_source */
	bool rewrite_client_address;
	bool play_transport;
	bool follow_redirects;
	bool end_media;
};

extern struct rtsp_params rtsp_params;

#define rtsp_param(name)	READ_ONCE(rtsp_params.name)

#endif /* _RTSP_PARAMS_H */
