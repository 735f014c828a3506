/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/** @file
 * The functions by which a test uses a kernel in user space. To the modules in kshim/ it looks like a kernel. This header is plain C, without
 * any kernel header, so that C++ can include it.
 *
 * Laws (tests/model/model_test.cc bears the same numbers):
 *  1. The model reports misuse: of locks, sleeping, RCU and reference counts, and of objects that outlive a module or a namespace.
 *  2. A function that fails on demand fails like the kernel's: it changes nothing.
 *  3. After model_stop() no allocated object is left, or the model reports it.
 *  4. A packet leaves with right lengths and checksums, whatever its shape, or the model reports it.
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

/** @name Network namespaces. 0 is the initial one; a test opens the others. All have the same rules. Sockets belong to the initial one; modules and
 *  parameters are the same for all. */
///@{
#define MODEL_NAMESPACES 4
/** Opens a namespace. Returns 0 or a negative error number; -EBUSY if another CPU registers or unregisters a part of all namespaces. */
int model_open_namespace(unsigned int number);
/** Ends a namespace, whether modules are loaded or not. Returns false if it must wait, as with -EBUSY above. */
bool model_close_namespace(unsigned int number);
///@}

/** @name Reports of faults since the last model_clear_reports(). */
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
/** Like model_load(), but loads the modules that this one wants too. */
int model_modprobe(const char *name);
/** Returns 0 or a negative error number. model_start() sets all parameters to their defaults. */
int model_set_parameter(const char *name, const char *value);
void model_set_max_connections(unsigned int count);
/** The sysctl nf_conntrack_expect_max; 1024 at first. */
void model_set_expect_max(unsigned int count);
/** The sysctl nf_conntrack_max of each namespace; 0, the default, allows any number. */
void model_set_conntrack_max(unsigned int count);
/** Reads the whole text of a file of /proc/net. Returns false if it does not exist. */
bool model_read_proc(const char *name, char *text, size_t size);
/** The same for another namespace than the initial one. */
bool model_read_proc_of(unsigned int namespace_number, const char *name, char *text, size_t size);
///@}

/** @name Time, chance and the other CPU. */
///@{
/** Runs due work, ends grace periods, lets conntracks expire. */
void model_pass_time(unsigned int milliseconds);
/** Like model_advance(), for long times: work runs only once a minute. */
void model_pass_hours(unsigned int hours);
void model_seed_random(unsigned int seed);
/** Sets the CPU that runs from now on. */
void model_set_cpu(unsigned int cpu);
typedef void model_hook_fn(void *data);
/** Calls @p hook in a softirq whenever the code is about to take a lock and holds none. In the hook another CPU may do anything. The hook is not
 *  called again while it runs. NULL ends this. */
void model_on_preempt(model_hook_fn *hook, void *data);
/** Like model_on_preempt(), and also in process context, after a lock was released, and while the code sleeps. */
void model_on_preempt_anywhere(model_hook_fn *hook, void *data);
/** From now on a grace period ends as soon as it can, in the middle of any code. Otherwise it ends when time passes, or at a barrier. A test
 *  program that has MODEL_EARLY in its environment begins like this. */
void model_end_grace_periods_early(bool wanted);
/** Returns whether somebody holds a mutex, so that another CPU that wants it must wait. */
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
	MODEL_FAULT_TRYLOCK,    /**< Trying for a lock that another CPU has. */
	MODEL_FAULTS
};
/** Lets @p after of them succeed, then fails @p times. */
void model_fail(enum model_fault fault, unsigned int after, unsigned int times);
///@}

/** @name The objects of the kernel. */
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
/** Returns the number of expectations that are neither dead nor expired, and describes up to @p size of them. */
unsigned int model_expectations(struct model_expectation *list, unsigned int size);
/** Returns the number of flows of a control connection that have had no packet yet: they let in what an expectation would. */
unsigned int model_unused_flows(struct model_expectation *list, unsigned int size);
/** Returns the kernel's own count, which includes conntracks that have ended and wait up to a minute to be collected. */
unsigned int model_expectations_counted(void);
unsigned int model_expectations_counted_of(unsigned int namespace_number);
/** Removes the expectation of this destination port, as `conntrack -D expect` does. */
void model_delete_expectation(unsigned short port);
unsigned int model_conntrack_count(void);
/** Returns the number of flows that belong to a control connection and have not ended. */
unsigned int model_media_flows(void);
/** Ends the flow to this destination port, as `conntrack -D` does. */
void model_delete_flow(unsigned short port);
/** Ends every conntrack, as `conntrack -F` does. */
void model_flush_conntracks(void);
void model_flush_conntracks_of(unsigned int namespace_number);
/** Turns the kernel into that of another router, to which conntrackd has carried all conntracks and expectations. The modules know nothing of
 *  them, and the expectations have no NAT. Does nothing if the modules are not loaded. */
void model_take_over(void);
/** Returns the number of objects of kmalloc and caches, or of packet buffers and pages. */
long model_objects(void);
long model_buffers(void);
/** A socket of the router itself, on all addresses. */
void model_bind_udp(unsigned short port);
void model_listen_tcp(unsigned short port);
/** Returns how often code passed a tracepoint. */
unsigned int model_trace_count(const char *name);
/** Returns the last line of the packet log, and the number of lines. */
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
	unsigned int linear;   /**< Bytes of the linear part, unless the packet is all linear. */
	unsigned int piece;    /**< Bytes of each page or further buffer. */
	unsigned int headroom, tailroom;
	bool cloned;           /**< Somebody else has the same bytes, which must not change. */
	bool own_headers;      /**< With `cloned`: the headers are not shared, as in packets that TCP may send again. */
	enum model_checksum checksum;
	unsigned short gso_size;
};

enum model_verdict { MODEL_DROPPED, MODEL_FORWARDED, MODEL_DELIVERED };
enum model_state { MODEL_INVALID, MODEL_NEW, MODEL_RELATED, MODEL_ESTABLISHED };

#define MODEL_PACKET_MAX 65536

struct model_packet {
	unsigned int namespace_number;         /**< The namespace where it comes in. */
	bool ipv6;
	bool from_outside;                     /**< The side where it comes in. */
	struct model_shape shape;              /**< In; out: checksum and gso_size of the packet that leaves. */
	size_t length;                         /**< In and out. */
	unsigned char bytes[MODEL_PACKET_MAX]; /**< From the IP header on; in and out. */
	enum model_verdict verdict;            /**< Out. */
	bool to_outside;                       /**< Out: the side where it leaves. */
	enum model_state state;                /**< Out: the state that conntrack gave it. */
};

/** The configuration of the router. */
struct model_rules {
	bool masquerade;              /**< Masquerade towards the outside; otherwise the kernel has no NAT at all. */
	bool helper;                  /**< `ct helper set` for TCP to port 554. */
	bool helper_before_nat;       /**< `-j CT --helper` in the raw table attaches it, and not nft after DNAT. */
	bool seqadj_sampled_early;    /**< From 6.12 on: the kernel asks whether to adjust before the helper runs. */
	bool admit_new_udp;           /**< The firewall admits new UDP from the inside; otherwise only RELATED and ESTABLISHED. */
	bool keep_checksum;           /**< CHECKSUM_COMPLETE stays, as on the way to LOCAL_IN. */
	bool forward_port;            /**< DNAT of the service address, TCP port 554, to the server. */
	bool loopback;                /**< Each packet passes a second time, on its way in, as on the loopback device. */
	bool hairpin;                 /**< The forwarding also works from the inside; such connections get the router's own address inside. */
	unsigned int mtu;             /**< 0: any length. */
	unsigned char gateway4[4], gateway6[16]; /**< The router's own address inside. */
	unsigned char inside4[4], inside6[16];   /**< Addresses that share its first 3 bytes (8 with IPv6) are inside. */
	unsigned char outside4[4], outside6[16]; /**< The router's own address outside. */
	unsigned char service4[4], service6[16]; /**< The address where the router takes connections for the server. */
	unsigned char server4[4], server6[16];
};
void model_set_rules(const struct model_rules *rules);

/** Takes a packet through PREROUTING, FORWARD and POSTROUTING. */
void model_pass(struct model_packet *packet);
///@}

#ifdef __cplusplus
}
#endif
