/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports that mappings hold, so that no other connection gets them.
 *
 * An expectation keeps its port from others only while it is registered, and it is not
 * registered while the flow that it announced is under way.  So each port is held here as well:
 *
 *	port->ct = ct; port->port = htons(6000); ...
 *	if (!rtsp_port_hold(port))		another connection has it
 *	rtsp_port_let_go(port);
 */
#ifndef _RTSP_PORTS_H
#define _RTSP_PORTS_H

#include <linux/list.h>
#include <net/netfilter/nf_conntrack.h>

/* One port.  Zeroed, it is not held. */
struct rtsp_port {
	struct hlist_node node;
	const struct nf_conn *ct;	/* the control connection, or the flow if adopted */
	__be16 port;
	u8 protocol;
	u8 dir;				/* enum ip_conntrack_dir of the packets sent to it */
	bool any_source;
	bool adopted;			/* another router has let in the flow */
};

/* Hold @port, whose other members are set: a port of the outside address, to which the peer
 * sends (IP_CT_DIR_REPLY), or a port of the published address, to which the opener sends.  With
 * any_source it is held from every sender, else from the other end of the connection.  Returns
 * false, and does not hold it, if another connection holds it from the same sender.
 */
bool rtsp_port_hold(struct rtsp_port *port);
/* Nothing happens if @port is not held. */
void rtsp_port_let_go(struct rtsp_port *port);

void rtsp_ports_init(void);

#endif /* _RTSP_PORTS_H */
