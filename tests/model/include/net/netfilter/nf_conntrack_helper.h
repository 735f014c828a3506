/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
#include <linux/module.h>
#include <net/netfilter/nf_conntrack_expect.h>

#define NF_CT_HELPER_NAME_LEN		16
#define NF_CT_MAX_EXPECT_CLASSES	4
#define NF_NAT_HELPER_PREFIX		"ip_nat_"
#define NF_NAT_HELPER_NAME(name)	NF_NAT_HELPER_PREFIX name
#define MODULE_ALIAS_NFCT_HELPER(name)	MODULE_ALIAS("nfct-helper-" name)
#define MODULE_ALIAS_NF_NAT_HELPER(name) MODULE_ALIAS(NF_NAT_HELPER_NAME(name))

typedef int model_help_fn(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct, enum ip_conntrack_info ctinfo);
struct nlattr;

struct nf_conntrack_helper {
	struct hlist_node hnode;
	char name[NF_CT_HELPER_NAME_LEN];
	struct module *me;
	const struct nf_conntrack_expect_policy *expect_policy;
	struct nf_conntrack_tuple tuple;
	model_help_fn *help;
	void (*destroy)(struct nf_conn *ct);
	unsigned int expect_class_max;
};

struct nf_conn_help {
	struct nf_conntrack_helper __rcu *helper;
	struct hlist_head expectations;
	u8 expecting[NF_CT_MAX_EXPECT_CLASSES];
	char data[32] __aligned(8);
};

bool model_has_lost_helper(const struct nf_conn *ct);
static inline struct nf_conn_help *nfct_help(const struct nf_conn *ct)
{
	return model_has_lost_helper(ct) ? NULL : nf_ct_ext_find(ct, NF_CT_EXT_HELPER);
}

static inline void *nfct_help_data(const struct nf_conn *ct)
{
	return nfct_help(ct)->data;
}

#ifdef HAVE_HELPER_PORTS
void nf_ct_helper_init(struct nf_conntrack_helper *helper, u16 l3num, u16 protonum, const char *name,
		       u16 default_port, u16 spec_port, u32 id, const struct nf_conntrack_expect_policy *policy,
		       u32 expect_class_max, model_help_fn *help,
		       int (*from_nlattr)(struct nlattr *attr, struct nf_conn *ct), struct module *module);
#else
void nf_ct_helper_init(struct nf_conntrack_helper *helper, u16 l3num, u16 protonum, const char *name,
		       const struct nf_conntrack_expect_policy *policy, u32 expect_class_max, model_help_fn *help,
		       int (*from_nlattr)(struct nlattr *attr, struct nf_conn *ct), struct module *module);
#endif
#ifdef HAVE_HELPER_PTRS
int nf_conntrack_helper_register(struct nf_conntrack_helper *helper, struct nf_conntrack_helper **registered);
#else
int nf_conntrack_helper_register(struct nf_conntrack_helper *helper);
#endif
void nf_conntrack_helper_unregister(struct nf_conntrack_helper *helper);
struct nf_conntrack_helper *__nf_conntrack_helper_find(const char *name, u16 l3num, u8 protonum);
struct nf_conn_help *nf_ct_helper_ext_add(struct nf_conn *ct, gfp_t gfp);

struct nf_ct_helper_expectfn {
	struct nf_ct_helper_expectfn *next;
	const char *name;
	void (*expectfn)(struct nf_conn *ct, struct nf_conntrack_expect *exp);
	const char *model_owner;	/* the module that registered it */
};
void nf_ct_helper_expectfn_register(struct nf_ct_helper_expectfn *fn);
void nf_ct_helper_expectfn_unregister(struct nf_ct_helper_expectfn *fn);

void nf_ct_helper_log(struct sk_buff *skb, const struct nf_conn *ct, const char *fmt, ...) __printf(3, 4);

struct nf_conntrack_nat_helper {
	struct nf_conntrack_nat_helper *next;
	char mod_name[NF_CT_HELPER_NAME_LEN];
	struct module *module;
};
#define NF_CT_NAT_HELPER_INIT(name) { .mod_name = NF_NAT_HELPER_NAME(name), .module = THIS_MODULE }
void nf_nat_helper_register(struct nf_conntrack_nat_helper *nat);
void nf_nat_helper_unregister(struct nf_conntrack_nat_helper *nat);
