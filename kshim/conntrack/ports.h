/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports that mappings hold, so that nobody else gets them.
 *
 * An expectation keeps its port from others only as long as it is registered, and it is
 * not while the flow that it announced is under way.
 */
#ifndef _RTSP_PORTS_H
#define _RTSP_PORTS_H

#include <linux/list.h>
#include <net/netfilter/nf_conntrack.h>

/* One port.  Zeroed: none. */
struct rtsp_port {
	struct hlist_node node;
	const struct nf_conn *ct;	/* of the control connection, or of the flow if adopted */
	__be16 port;
	u8 protocol;
	u8 dir;				/* enum ip_conntrack_dir: of what sends to it */
	bool any_source;
	bool adopted;			/* another router has let the flow in */
};

/* Hold @port, whose other members are set: that of the outside address to which the peer of
 * @port->ct sends (IP_CT_DIR_REPLY), or that of the published one to which the opener does.
 * Any source is every sender, and not only the other end of the connection.  False, and not
 * held, if another connection holds it already for the same sender.
 */
bool rtsp_port_hold(struct rtsp_port *port);
/* Nothing happens if it is not held. */
void rtsp_port_let_go(struct rtsp_port *port);

void rtsp_ports_init(void);

#endif /* _RTSP_PORTS_H */
