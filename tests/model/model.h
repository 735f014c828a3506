/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/** @file
 * A kernel in user space, as far as the modules in kshim/ can tell: what a test does with it. Plain C, without any
 * kernel header, so that C++ can include it.
 *
 * Laws (tests/model/model_test.cc bears the same numbers):
 *  1. Misuse is reported: locks, sleeping, RCU, reference counts, what outlives a module or a namespace.
 *  2. What fails on demand fails as the kernel's does: with nothing changed.
 *  3. After model_stop() nothing that was allocated is left, or it is reported.
 *  4. A packet leaves with right lengths and checksums, whatever its shape, or it is reported.
 */
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Starts a kernel without modules, with one namespace. */
void model_start(void);

/** Unloads the modules, ends the namespace, and reports all that is left. */
void model_stop(void);

/** Ends the initial namespace while the modules stay loaded. No packet may come after that. */
void model_end_namespace(void);

/** @name Network namespaces: 0 is the initial one, the others are opened when they are wanted. The rules are those of
 *  every one; sockets, modules and parameters are of the initial one, or of all. */
///@{
#define MODEL_NAMESPACES 4
/** 0, or a negative error number; -EBUSY if another CPU registers or ends what all namespaces have. */
int model_open_namespace(unsigned int number);
/** Ends one, whether modules are loaded or not; false if it has to wait, as for model_open_namespace(). */
bool model_close_namespace(unsigned int number);
///@}

/** @name Reports: what was found wrong since the last model_clear_reports(). */
///@{
void model_report(const char *format, ...) __attribute__((format(printf, 1, 2)));
unsigned int model_report_count(void);
const char *model_report_text(unsigned int number);
void model_clear_reports(void);
/** From now on a report goes to stderr and aborts. */
void model_make_reports_fatal(void);
///@}

/** @name Modules: "nf_conntrack_rtsp", "nf_nat_rtsp", and "nf_nat", which is the kernel's own. */
///@{
/** 0, or a negative error number. */
int model_load(const char *name);
int model_unload(const char *name);
bool model_is_loaded(const char *name);
/** As the other, but with what the module wants to come with it. */
int model_modprobe(const char *name);
/** 0, or a negative error number. model_start() sets them to what they are when a module is loaded. */
int model_set_parameter(const char *name, const char *value);
void model_set_max_connections(unsigned int count);
/** The sysctl nf_conntrack_expect_max; 1024 at first. */
void model_set_expect_max(unsigned int count);
/** The sysctl nf_conntrack_max, of each namespace; 0, as at first: any number. */
void model_set_conntrack_max(unsigned int count);
/** Gives the whole text of a file of /proc/net; false if it is not there. */
bool model_read_proc(const char *name, char *text, size_t size);
/** The same of another namespace than the initial one. */
bool model_read_proc_of(unsigned int namespace_number, const char *name, char *text, size_t size);
///@}

/** @name Time, chance and the other CPU. */
///@{
/** Runs due work, ends grace periods, lets conntracks expire. */
void model_pass_time(unsigned int milliseconds);
/** The same for long times: work runs once a minute. */
void model_pass_hours(unsigned int hours);
void model_seed_random(unsigned int seed);
/** The CPU that runs from now on. */
void model_set_cpu(unsigned int cpu);
typedef void model_hook_fn(void *data);
/** Calls @p hook in a softirq whenever a lock is about to be taken and none is held: there another CPU may do
 *  anything. It is not called again while it runs. NULL: no more. */
void model_on_preempt(model_hook_fn *hook, void *data);
/** As that one, and besides in process context, when a lock has been given back, and while the code sleeps. */
void model_on_preempt_anywhere(model_hook_fn *hook, void *data);
/** From now on a grace period ends as soon as it can, in the middle of whatever runs; else with time, or a barrier. A
 *  test program that has MODEL_EARLY in its environment begins like that. */
void model_end_grace_periods_early(bool wanted);
/** Does anybody hold a mutex? Another CPU that wants it has to wait then. */
bool model_mutex_is_held(void);
///@}

/** @name Failures on demand. */
///@{
enum model_fault {
	MODEL_FAULT_ALLOCATION, /**< kmalloc, kmem_cache_alloc, alloc_percpu. */
	MODEL_FAULT_LINEARIZE,  /**< Pulling bytes out of pages. */
	MODEL_FAULT_WRITABLE,   /**< skb_ensure_writable, and copying a head that is too small. */
	MODEL_FAULT_HELPER,     /**< Looking up the helper of a conntrack that is not confirmed yet, as after the end of any
	                             helper. */
	MODEL_FAULT_TRYLOCK,    /**< Trying for a lock, which another CPU has. */
	MODEL_FAULTS
};
/** Lets @p after of them succeed, then fails @p times. */
void model_fail(enum model_fault fault, unsigned int after, unsigned int times);
///@}

/** @name What there is. */
///@{
struct model_expectation {
	unsigned char family;                    /**< 4 or 6. */
	unsigned char source[16], destination[16];
	unsigned short source_port;              /**< 0: any. */
	unsigned short destination_port;
	unsigned char protocol;
	bool any_source;
	bool active, permanent;
};
/** Expectations that are neither dead nor expired; up to @p size of them are described. */
unsigned int model_expectations(struct model_expectation *list, unsigned int size);
/** Flows of a control connection through which nothing has passed yet: they let in what an expectation would. */
unsigned int model_unused_flows(struct model_expectation *list, unsigned int size);
/** How many the kernel counts: also those that are over and not yet collected, which may take a minute. */
unsigned int model_expectations_counted(void);
unsigned int model_expectations_counted_of(unsigned int namespace_number);
/** Takes away the one that is for this destination port, as `conntrack -D expect` does. */
void model_delete_expectation(unsigned short port);
unsigned int model_conntrack_count(void);
/** Flows that belong to a control connection and have not ended. */
unsigned int model_media_flows(void);
/** Ends the one to this destination port, as `conntrack -D` does. */
void model_delete_flow(unsigned short port);
/** Ends every conntrack, as `conntrack -F` does. */
void model_flush_conntracks(void);
void model_flush_conntracks_of(unsigned int namespace_number);
/** The kernel becomes that of another router, which conntrackd has told of all conntracks and expectations: the modules
 *  know nothing of them, and the expectations have no NAT. Nothing happens where they are not loaded. */
void model_take_over(void);
/** Objects of kmalloc and caches; packet buffers and pages. */
long model_objects(void);
long model_buffers(void);
/** A socket of the router itself, on all addresses. */
void model_bind_udp(unsigned short port);
void model_listen_tcp(unsigned short port);
/** How often a tracepoint was passed. */
unsigned int model_trace_count(const char *name);
/** The last line of the packet log, and how many there were. */
const char *model_last_log(unsigned int *count);
///@}

/** @name Packets. */
///@{
enum model_layout {
	MODEL_LINEAR,
	MODEL_PAGED, /**< Payload in pages. */
	MODEL_LISTED /**< Payload in a list of further buffers, as GRO does it at times. */
};

enum model_checksum { /**< As skb->ip_summed. */
	MODEL_CHECKSUM_NONE,
	MODEL_CHECKSUM_UNNECESSARY,
	MODEL_CHECKSUM_COMPLETE,
	MODEL_CHECKSUM_PARTIAL
};

/** How a packet lies in memory. */
struct model_shape {
	enum model_layout layout;
	unsigned int linear;   /**< Bytes of the linear part, unless it is all. */
	unsigned int piece;    /**< Bytes of each page or further buffer. */
	unsigned int headroom, tailroom;
	bool cloned;           /**< Somebody else has the same bytes, and must keep them. */
	bool own_headers;      /**< But not the headers: as TCP sends what it may have to send again. */
	enum model_checksum checksum;
	unsigned short gso_size;
};

enum model_verdict { MODEL_DROPPED, MODEL_FORWARDED, MODEL_DELIVERED };
enum model_state { MODEL_INVALID, MODEL_NEW, MODEL_RELATED, MODEL_ESTABLISHED };

#define MODEL_PACKET_MAX 65536

struct model_packet {
	unsigned int namespace_number;         /**< Where it comes in. */
	bool ipv6;
	bool from_outside;                     /**< The side where it comes in. */
	struct model_shape shape;              /**< In; of what leaves, checksum and gso_size. */
	size_t length;                         /**< In and out. */
	unsigned char bytes[MODEL_PACKET_MAX]; /**< From the IP header on; in and out. */
	enum model_verdict verdict;            /**< Out. */
	bool to_outside;                       /**< Out: the side where it leaves. */
	enum model_state state;                /**< Out: what conntrack took it for. */
};

/** What the router is set up for. */
struct model_rules {
	bool masquerade;              /**< Towards the outside; else NAT is not in the kernel at all. */
	bool helper;                  /**< `ct helper set` for TCP to port 554. */
	bool helper_before_nat;       /**< By `-j CT --helper` in the raw table, and not after DNAT by nft. */
	bool seqadj_sampled_early;    /**< As from 6.12 on: whether to adjust is asked before the helper runs. */
	bool admit_new_udp;           /**< From the inside; else only RELATED and ESTABLISHED. */
	bool keep_checksum;           /**< CHECKSUM_COMPLETE stays, as it does on the way to LOCAL_IN. */
	bool forward_port;            /**< DNAT of the service address, TCP port 554, to the server. */
	bool loopback;                /**< Each packet comes by a second time, on its way in, as on the loopback device. */
	bool hairpin;                 /**< From the inside, too; as the router's own address inside. */
	unsigned int mtu;             /**< 0: not looked at. */
	unsigned char gateway4[4], gateway6[16]; /**< The router's own address inside. */
	unsigned char inside4[4], inside6[16];   /**< Inside is what shares the first 3 bytes, 8 with IPv6. */
	unsigned char outside4[4], outside6[16]; /**< The router's own address outside. */
	unsigned char service4[4], service6[16]; /**< Where it takes connections for the server. */
	unsigned char server4[4], server6[16];
};
void model_set_rules(const struct model_rules *rules);

/** Takes a packet through PREROUTING, FORWARD and POSTROUTING. */
void model_pass(struct model_packet *packet);
///@}

#ifdef __cplusplus
}
#endif
