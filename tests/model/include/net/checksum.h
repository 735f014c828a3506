/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* The Internet checksum, RFC 1071; and how an edit of a header or of a payload
 * carries over to it, given what skb->ip_summed says.
 */
#include <linux/in.h>
#include <linux/types.h>

struct sk_buff;

__wsum csum_partial(const void *bytes, int length, __wsum sum);
__sum16 csum_fold(__wsum sum);
__wsum csum_add(__wsum a, __wsum b);
static inline __wsum csum_sub(__wsum a, __wsum b) { return csum_add(a, ~b); }
static inline __wsum csum_unfold(__sum16 sum) { return sum; }
__wsum csum_block_add(__wsum sum, __wsum part, int offset);
static inline __wsum csum_block_sub(__wsum sum, __wsum part, int offset) { return csum_block_add(sum, ~part, offset); }

__sum16 csum_tcpudp_magic(__be32 saddr, __be32 daddr, u32 length, u8 protocol, __wsum sum);
__sum16 csum_ipv6_magic(const struct in6_addr *saddr, const struct in6_addr *daddr, u32 length, u8 protocol,
			__wsum sum);
__sum16 ip_fast_csum(const void *header, unsigned int words);

void csum_replace2(__sum16 *check, __be16 from, __be16 to);
void csum_replace4(__sum16 *check, __be32 from, __be32 to);
void inet_proto_csum_replace2(__sum16 *check, struct sk_buff *skb, __be16 from, __be16 to, bool pseudohdr);
void inet_proto_csum_replace4(__sum16 *check, struct sk_buff *skb, __be32 from, __be32 to, bool pseudohdr);
void inet_proto_csum_replace16(__sum16 *check, struct sk_buff *skb, const __be32 *from, const __be32 *to,
			       bool pseudohdr);

#define CSUM_MANGLED_0	0xffff
