/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* A tracepoint runs its assignments, so that AddressSanitizer sees what they read, counts itself under its name, and
 * prints nothing. All are on.
 */
#include <linux/types.h>

void model_trace(const char *name);

#define TP_PROTO(...)			__VA_ARGS__
#define TP_ARGS(...)			__VA_ARGS__
#define TP_STRUCT__entry(...)		__VA_ARGS__
#define TP_fast_assign(...)		__VA_ARGS__
#define TP_printk(...)			__VA_ARGS__
#define __field(type, name)		type name;
#define __array(type, name, length)	type name[length];

#define DECLARE_EVENT_CLASS(class, proto, args, entry, assign, print) \
	struct model_trace_##class { entry }; \
	static inline void model_trace_##class(const char *event_, proto) \
	{ \
		struct model_trace_##class entry_, *__entry = &entry_; \
		model_trace(event_); \
		assign \
	} \
	typedef int model_trace_##class##_declared
#define DEFINE_EVENT(class, name, proto, args) \
	static inline bool trace_##name##_enabled(void) { return true; } \
	static inline void trace_##name(proto) { model_trace_##class(#name, args); } \
	typedef int model_trace_##name##_defined
#define TRACE_EVENT(name, proto, args, entry, assign, print) \
	DECLARE_EVENT_CLASS(name, TP_PROTO(proto), TP_ARGS(args), TP_STRUCT__entry(entry), TP_fast_assign(assign), \
			    TP_printk(print)); \
	DEFINE_EVENT(name, name, TP_PROTO(proto), TP_ARGS(args))
