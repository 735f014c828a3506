// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Sockets of the router itself. */
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/udp.h>

#include "../model.h"

struct sock {
	struct list_head list;
	refcount_t users;
	__be16 port;
	u8 protocol;
};

static LIST_HEAD(sockets);

void sock_put(struct sock *sk)
{
	if (WARN_ON(refcount_read(&sk->users) <= 1))
		return;
	(void)refcount_dec_and_test(&sk->users);
}

/* Bound to every address, in the initial namespace. */
static struct sock *find(const struct net *net, u8 protocol, __be16 port)
{
	struct sock *sk;

	list_for_each_entry(sk, &sockets, list) {
		if (net_eq(net, &init_net) && sk->protocol == protocol && sk->port == port)
			return sk;
	}
	return NULL;
}

static struct sock *lookup(const struct net *net, __be16 port)
{
	struct sock *sk = find(net, IPPROTO_UDP, port);

	if (sk)
		refcount_inc(&sk->users);
	return sk;
}

/* Without a reference. */
struct sock *inet_lookup_listener(struct net *net, MODEL_HASHINFO struct sk_buff *skb, int doff, __be32 saddr, __be16 sport,
				  __be32 daddr, __be16 dport, int dif, int sdif)
{
	(void)skb, (void)doff, (void)saddr, (void)sport, (void)daddr, (void)dif, (void)sdif;
	WARN_ON(!rcu_read_lock_held());
	return find(net, IPPROTO_TCP, dport);
}

struct sock *inet6_lookup_listener(struct net *net, MODEL_HASHINFO struct sk_buff *skb, int doff, const struct in6_addr *saddr,
				   __be16 sport, const struct in6_addr *daddr, u16 hnum, int dif, int sdif)
{
	(void)skb, (void)doff, (void)saddr, (void)sport, (void)daddr, (void)dif, (void)sdif;
	WARN_ON(!rcu_read_lock_held());
	return find(net, IPPROTO_TCP, htons(hnum));
}

struct sock *udp4_lib_lookup(struct net *net, __be32 saddr, __be16 sport, __be32 daddr, __be16 dport, int dif)
{
	(void)saddr, (void)sport, (void)daddr, (void)dif;
	return lookup(net, dport);
}

struct sock *udp6_lib_lookup(struct net *net, const struct in6_addr *saddr, __be16 sport,
			     const struct in6_addr *daddr, __be16 dport, int dif)
{
	(void)saddr, (void)sport, (void)daddr, (void)dif;
	return lookup(net, dport);
}

static void open_socket(u8 protocol, unsigned short port)
{
	struct sock *sk = kzalloc(sizeof(*sk), GFP_KERNEL);

	sk->protocol = protocol;
	sk->port = htons(port);
	refcount_set(&sk->users, 1);
	list_add(&sk->list, &sockets);
}

void model_bind_udp(unsigned short port)
{
	open_socket(IPPROTO_UDP, port);
}

void model_listen_tcp(unsigned short port)
{
	open_socket(IPPROTO_TCP, port);
}

void model_close_sockets(void)
{
	struct sock *sk, *next;

	list_for_each_entry_safe(sk, next, &sockets, list) {
		if (refcount_read(&sk->users) != 1)
			model_report("a reference to a socket is left");
		list_del(&sk->list);
		kfree(sk);
	}
}
