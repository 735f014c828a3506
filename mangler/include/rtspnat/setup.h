/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/** @file
 * What the core has to know of a connection before its first segment, and what it needs to go on with one that was
 * forgotten. Included by rtspnat.h.
 */
#ifndef RTSPNAT_SETUP_H
#define RTSPNAT_SETUP_H

#include "base.h"

/** What is off unless the embedder asks for it; add up. */
enum rtspnat_options {
	/** Rewrite `client_address=` and the header `x-NAT` of IPTV boxes as well. */
	RTSPNAT_OPTION_CLIENT_ADDRESS = 1 << 0,
	/** Treat a PLAY that has a Transport header as a SETUP (SAT>IP). */
	RTSPNAT_OPTION_PLAY_TRANSPORT = 1 << 1,
	/** Ask RTSPNAT_REDIRECT where the peer sends the opener on to another host or port. */
	RTSPNAT_OPTION_REDIRECT = 1 << 2,
	/** The embedder is a proxy: it reads each byte once and in order from one socket, and what it writes to the other socket
	 *  arrives. The core then ignores numbers and acknowledgements, takes nothing into custody, and leaves packet sizes
	 *  alone. See rtspnat_begin(). */
	RTSPNAT_OPTION_STREAM = 1 << 3,
};

/** Whether an edit may make the stream longer. That happens only where nothing else helps: where an
 *  address becomes longer than the blanks behind `Transport:` make up for. */
enum rtspnat_length_changes {
	RTSPNAT_NO_LENGTH_CHANGE = 0,  /**< Never. */
	RTSPNAT_ONE_LENGTH_CHANGE = 1, /**< The next only when the one before is acknowledged (Linux seqadj). */
	RTSPNAT_ANY_LENGTH_CHANGE =
			2, /**< As many as there is room for: with rtspnat_map_sequence() and its inverse, or
					    with RTSPNAT_OPTION_STREAM. */
};

/** What the core has to know of a connection before its first segment. */
struct rtspnat_setup {
	uint32_t size; /**< sizeof(struct rtspnat_setup). */
	/** Any number that outsiders do not know; spreads the ports that the core proposes. */
	uint32_t port_seed;
	/** The opener's own address, before NAT. */
	struct rtspnat_address inside;
	/** The opener's address as its peer sees it; equal to @c inside without NAT. */
	struct rtspnat_address outside;
	/** The peer's own address: that of the server behind a port forwarding (DNAT). */
	struct rtspnat_address peer;
	/** The peer's address as the opener knows it; equal to @c peer without NAT. */
	struct rtspnat_address published;
	/** Ports of the control connection at the same four places. */
	uint16_t inside_port;
	uint16_t outside_port;
	uint16_t peer_port;
	uint16_t published_port;
	/** Number of the first byte of each direction (ISN + 1); of a forgotten connection rtspnat_position.seq. */
	uint32_t first_seq[2];
	/** From rtspnat_position of a forgotten connection; 0 for a new one. */
	uint32_t answered;
	uint16_t marks;
	uint16_t session_seconds;
	/** True if outside ports may differ from inside ports, so that text has to be edited. A filter that does no NAT says
	 *  false: the core then proposes the same ports only. */
	bool may_translate;
	/** True if the peer is behind NAT (@c peer and @c published differ): the core then asks for ports of the peer by
	 *  RTSPNAT_PUBLISH, and rewrites its ports and address in what it says. */
	bool may_publish;
	/** enum rtspnat_options, added up. */
	uint8_t options;
	/** enum rtspnat_length_changes: what the embedder can do about sequence numbers. */
	uint8_t length_changes;
};

/** Where the two streams of a forgotten connection stand, and what else matters to whoever goes on there: members of
 *  struct rtspnat_setup of the same names. */
struct rtspnat_position {
	uint32_t size;   /**< sizeof(struct rtspnat_position). */
	uint32_t seq[2]; /**< Of the next byte of each direction; for setup.first_seq. */
	uint32_t answered;
	uint16_t marks;
	uint16_t session_seconds;
};

/** What is lost with a connection that is forgotten now, the worst first. */
enum rtspnat_loss {
	RTSPNAT_LOSES_BYTES = 0, /**< Bytes of a stream, an edit, or a mapping: it must not be forgotten. */
	RTSPNAT_LOSES_PLACE, /**< It stands inside a message, where nobody can begin to read: nobody can follow it any more. */
	RTSPNAT_LOSES_REQUESTS, /**< The requests that wait for their replies. */
	RTSPNAT_LOSES_NOTHING,  /**< Opened again at its position it goes on as if it had never been forgotten. */
};

#endif /* RTSPNAT_SETUP_H */
