/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints: /sys/kernel/tracing/events/rtsp.
 *
 * trace_rtsp_reserve(ct, asked, err) and its like cost nothing while nobody records.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM rtsp

#if !defined(_RTSP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _RTSP_TRACE_H

#include <linux/in6.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/netfilter/nf_conntrack.h>
#include <rtspnat.h>

#ifndef RTSP_TRACE_ADDRESS
#define RTSP_TRACE_ADDRESS
/* For %pIS. */
static inline void rtsp_trace_address(void *to, const union nf_inet_addr *from,
				      const struct nf_conn *ct)
{
	struct sockaddr_in6 *in6 = to;
	struct sockaddr_in *in = to;

	memset(to, 0, sizeof(*in6));
	if (nf_ct_l3num(ct) == NFPROTO_IPV4) {
		in->sin_family = AF_INET;
		in->sin_addr = from->in;
	} else {
		in6->sin6_family = AF_INET6;
		in6->sin6_addr = from->in6;
	}
}
#endif

/* Ports at the four ends of the control connection, see struct rtspnat_setup. */
DECLARE_EVENT_CLASS(rtsp_mapping,
		    TP_PROTO(const struct nf_conn *ct, const struct rtspnat_mapping *asked,
			     int result),
		    TP_ARGS(ct, asked, result),
	TP_STRUCT__entry(__array(u8, inside_addr, sizeof(struct sockaddr_in6))
		__array(u8, outside_addr, sizeof(struct sockaddr_in6))
		__array(u8, peer_addr, sizeof(struct sockaddr_in6))
		__array(u8, published_addr, sizeof(struct sockaddr_in6))
		__array(u16, inside, RTSPNAT_PORTS)
		__array(u16, outside, RTSPNAT_PORTS)
		__array(u16, peer, RTSPNAT_PORTS)
		__array(u16, published, RTSPNAT_PORTS)
		__field(int, result)
		__field(u16, seconds)
		__field(u8, mapping)
		__field(u8, protocol)
		__field(u8, open)
	),
	TP_fast_assign(const struct nf_conntrack_tuple_hash *hash = ct->tuplehash;

		rtsp_trace_address(__entry->inside_addr,
				   &hash[IP_CT_DIR_ORIGINAL].tuple.src.u3, ct);
		rtsp_trace_address(__entry->outside_addr, &hash[IP_CT_DIR_REPLY].tuple.dst.u3, ct);
		rtsp_trace_address(__entry->peer_addr, &hash[IP_CT_DIR_REPLY].tuple.src.u3, ct);
		rtsp_trace_address(__entry->published_addr,
				   &hash[IP_CT_DIR_ORIGINAL].tuple.dst.u3, ct);
		memcpy(__entry->inside, asked->inside, sizeof(asked->inside));
		memcpy(__entry->outside, asked->outside, sizeof(asked->outside));
		memcpy(__entry->peer, asked->peer, sizeof(asked->peer));
		memcpy(__entry->published, asked->published, sizeof(asked->published));
		__entry->result = result;
		__entry->seconds = asked->seconds;
		__entry->mapping = asked->number;
		__entry->protocol = asked->protocol;
		__entry->open = asked->open;
	),
	TP_printk("mapping=%u protocol=%u inside=%pISc:%u,%u,%u,%u outside=%pISc:%u,%u,%u,%u peer=%pISc:%u,%u,%u,%u published=%pISc:%u,%u,%u,%u open=%#x seconds=%u result=%d",
		  __entry->mapping, __entry->protocol,
		  __entry->inside_addr, __entry->inside[0], __entry->inside[1],
		  __entry->inside[2], __entry->inside[3],
		  __entry->outside_addr, __entry->outside[0], __entry->outside[1],
		  __entry->outside[2], __entry->outside[3],
		  __entry->peer_addr, __entry->peer[0], __entry->peer[1],
		  __entry->peer[2], __entry->peer[3],
		  __entry->published_addr, __entry->published[0], __entry->published[1],
		  __entry->published[2], __entry->published[3],
		  __entry->open, __entry->seconds, __entry->result)
);

#define RTSP_MAPPING_EVENT(name)					\
DEFINE_EVENT(rtsp_mapping, name,					\
	     TP_PROTO(const struct nf_conn *ct,				\
		      const struct rtspnat_mapping *asked, int result),	\
	     TP_ARGS(ct, asked, result)					\
)

RTSP_MAPPING_EVENT(rtsp_reserve);
RTSP_MAPPING_EVENT(rtsp_publish);
RTSP_MAPPING_EVENT(rtsp_expect);
RTSP_MAPPING_EVENT(rtsp_release);
RTSP_MAPPING_EVENT(rtsp_linger);

TRACE_EVENT(rtsp_left_alone,
	    TP_PROTO(const struct nf_conn *ct, unsigned int note),
	    TP_ARGS(ct, note),
	TP_STRUCT__entry(__array(u8, inside_addr, sizeof(struct sockaddr_in6))
		__array(u8, published_addr, sizeof(struct sockaddr_in6))
		__field(u16, inside)
		__field(u16, published)
		__array(char, note, 24)
	),
	TP_fast_assign(const struct nf_conntrack_tuple *original =
			       &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;

		rtsp_trace_address(__entry->inside_addr, &original->src.u3, ct);
		rtsp_trace_address(__entry->published_addr, &original->dst.u3, ct);
		__entry->inside = ntohs(original->src.u.tcp.port);
		__entry->published = ntohs(original->dst.u.tcp.port);
		strscpy(__entry->note, rtspnat_note_name(note), sizeof(__entry->note));
	),
	TP_printk("%s: %pISc:%u to %pISc:%u", __entry->note,
		  __entry->inside_addr, __entry->inside,
		  __entry->published_addr, __entry->published)
);

/* Trace what the core left alone in a segment. */
void rtsp_trace_notes(const struct nf_conn *ct, u64 notes);

#endif /* _RTSP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
