// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/checksum.h>
#include <net/ip.h>

/* Sums are of 16-bit words as they lie in memory, whatever the byte order. */
__wsum csum_add(__wsum a, __wsum b)
{
	u64 sum = (u64)a + b;

	return (__wsum)(sum + (sum >> 32));
}

__wsum csum_partial(const void *bytes, int length, __wsum sum)
{
	const unsigned char *at = bytes;
	u64 total = sum;

	for (; length > 1; at += 2, length -= 2)
		total += (u32)at[0] | (u32)at[1] << 8;
	if (length)
		total += at[0];
	while (total >> 32)
		total = (total & U32_MAX) + (total >> 32);
	return (__wsum)total;
}

static u16 fold(__wsum sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)sum;
}

__sum16 csum_fold(__wsum sum)
{
	return (__sum16)~fold(sum);
}

/* A part that begins at an odd offset counts with its bytes the other way round. */
__wsum csum_block_add(__wsum sum, __wsum part, int offset)
{
	u16 folded = fold(part);

	return csum_add(sum, offset & 1 ? model_swab16(folded) : folded);
}

__sum16 csum_tcpudp_magic(__be32 saddr, __be32 daddr, u32 length, u8 protocol, __wsum sum)
{
	sum = csum_add(csum_add(sum, saddr), daddr);
	return csum_fold(csum_add(sum, htonl(length + protocol)));
}

__sum16 csum_ipv6_magic(const struct in6_addr *saddr, const struct in6_addr *daddr, u32 length, u8 protocol,
			__wsum sum)
{
	sum = csum_partial(saddr, 16, csum_partial(daddr, 16, sum));
	return csum_fold(csum_add(csum_add(sum, htonl(length)), htonl(protocol)));
}

__sum16 ip_fast_csum(const void *header, unsigned int words)
{
	return csum_fold(csum_partial(header, (int)words * 4, 0));
}

void ip_send_check(struct iphdr *ip)
{
	ip->check = 0;
	ip->check = ip_fast_csum(ip, ip->ihl);
}

static void replace(__sum16 *check, __wsum diff)
{
	*check = csum_fold(csum_add(diff, ~csum_unfold(*check)));
}

void csum_replace4(__sum16 *check, __be32 from, __be32 to)
{
	replace(check, csum_add(~from, to));
}

void csum_replace2(__sum16 *check, __be16 from, __be16 to)
{
	csum_replace4(check, from, to);
}

/* With CHECKSUM_PARTIAL the field holds the sum of the pseudo header, not inverted, and
 * the rest is added later.  With CHECKSUM_COMPLETE a change of the pseudo header shows in
 * the sum of the packet, through the field; any other cancels out.
 */
void inet_proto_csum_replace4(__sum16 *check, struct sk_buff *skb, __be32 from, __be32 to, bool pseudohdr)
{
	__wsum diff = csum_add(~from, to);

	if (skb->ip_summed != CHECKSUM_PARTIAL) {
		replace(check, diff);
		if (skb->ip_summed == CHECKSUM_COMPLETE && pseudohdr)
			skb->csum = ~csum_add(diff, ~skb->csum);
	} else if (pseudohdr) {
		*check = (__sum16)~csum_fold(csum_add(diff, csum_unfold(*check)));
	}
}

void inet_proto_csum_replace2(__sum16 *check, struct sk_buff *skb, __be16 from, __be16 to, bool pseudohdr)
{
	inet_proto_csum_replace4(check, skb, from, to, pseudohdr);
}

/* The addresses of IPv6 are in the packet's sum themselves, and cancel the field out. */
void inet_proto_csum_replace16(__sum16 *check, struct sk_buff *skb, const __be32 *from, const __be32 *to,
			       bool pseudohdr)
{
	u32 inverse[4] = { ~from[0], ~from[1], ~from[2], ~from[3] };
	__wsum diff = csum_partial(inverse, 16, csum_partial(to, 16, 0));

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		replace(check, diff);
	else if (pseudohdr)
		*check = (__sum16)~csum_fold(csum_add(diff, csum_unfold(*check)));
}
