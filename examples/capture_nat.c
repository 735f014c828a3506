/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A NAT for one RTSP connection in a capture: reads the packets that arrive at a router, and writes those that leave it. This is
 * what a program does that forwards packets, a NAT in a virtual switch for example, without a network to try it on.
 *
 *     tcpdump -i any -Q in -s 0 -w in.pcap tcp port 554        # On a router that has no helper for RTSP.
 *     capture_nat in.pcap out.pcap 203.0.113.1
 *
 * The client's packets arrive with its own address, the server's with the outside address. Packets of other connections are
 * copied. For brevity the program knows IPv4 only, and leaves SACK blocks as they are: a real NAT maps both edges of each
 * by rtspnat_map_acknowledgement().
 */
#define _DEFAULT_SOURCE /* libpcap needs the integer types of BSD. */

#include <rtspnat.h>

#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Offsets into the header of TCP, and its flags. */
enum { SOURCE_PORT = 0, TARGET_PORT = 2, SEQUENCE = 4, ACKNOWLEDGEMENT = 8, DATA_OFFSET = 12, FLAGS = 13, CHECKSUM = 16 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16, URG = 32 };

/* Where the parts of a packet of TCP lie. */
struct packet {
	uint8_t *ip, *tcp, *payload;
	uint32_t headers, length; /* Bytes of both headers, and of the payload. */
};

struct nat {
	struct rtspnat_setup setup; /* Who talks with whom. */
	struct rtspnat_connection *connection; /* NULL until both sides have said their first sequence number. */
	void *memory, *scratch;
	bool taken[UINT16_MAX + 1]; /* Ports of the outside address that somebody has. */
};

static uint32_t get(const uint8_t *bytes, int count)
{
	uint32_t number = 0;

	while (count-- > 0)
		number = number << 8 | *bytes++;
	return number;
}

static void put(uint8_t *bytes, int count, uint32_t number)
{
	for (; count-- > 0; number >>= 8)
		bytes[count] = (uint8_t)number;
}

/* Finds the parts of a packet. Returns false if it is not TCP over IPv4, or not whole. */
static bool find_parts(uint8_t *bytes, uint32_t length, struct packet *packet)
{
	uint32_t total, ip_header, tcp_header;

	if (length < 20 || bytes[0] >> 4 != 4 || bytes[9] != IPPROTO_TCP || (get(bytes + 6, 2) & 0x3fff) != 0)
		return false;
	total = get(bytes + 2, 2);
	ip_header = (bytes[0] & 15) * 4;
	if (ip_header < 20 || total > length || total < ip_header + 20)
		return false;
	tcp_header = (bytes[ip_header + DATA_OFFSET] >> 4) * 4;
	if (tcp_header < 20 || total < ip_header + tcp_header)
		return false;
	packet->ip = bytes;
	packet->tcp = bytes + ip_header;
	packet->headers = ip_header + tcp_header;
	packet->payload = bytes + packet->headers;
	packet->length = total - packet->headers;
	return true;
}

/* The checksum of RFC 1071; @sum is what was summed up before. */
static uint16_t checksum(const uint8_t *bytes, uint32_t length, uint32_t sum)
{
	for (uint32_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void set_lengths_and_checksums(struct packet *packet)
{
	uint32_t ip_header = (uint32_t)(packet->tcp - packet->ip), total = packet->headers + packet->length;
	uint32_t sum = IPPROTO_TCP + total - ip_header;

	for (int i = 12; i < 20; i += 2) /* Both addresses count for TCP too. */
		sum += get(packet->ip + i, 2);
	put(packet->ip + 2, 2, total);
	put(packet->ip + 10, 2, 0);
	put(packet->ip + 10, 2, checksum(packet->ip, ip_header, 0));
	put(packet->tcp + CHECKSUM, 2, 0);
	put(packet->tcp + CHECKSUM, 2, checksum(packet->tcp, total - ip_header, sum));
}

/* Takes the ports of a mapping, or gives them back. */
static void set_taken(struct nat *nat, const struct rtspnat_mapping *mapping, bool taken)
{
	for (int i = 0; i < mapping->count; i++)
		nat->taken[mapping->outside[i]] = taken;
}

static enum rtspnat_reply reserve(struct nat *nat, const struct rtspnat_mapping *mapping)
{
	for (int i = 0; i < mapping->count; i++)
		if (nat->taken[mapping->outside[i]])
			return RTSPNAT_BUSY;
	set_taken(nat, mapping, true);
	return RTSPNAT_YES;
}

static void print(const char *what, const struct rtspnat_mapping *mapping)
{
	fprintf(stderr, "%s: outside port %u, inside port %u, %u of them, server port %u\n", what, mapping->outside[0],
		mapping->inside[0], mapping->count, mapping->peer[0]);
}

/* Answers all questions about the segment in hand. */
static void converse(struct nat *nat, struct rtspnat_step *step)
{
	while (rtspnat_next(nat->connection, step) != RTSPNAT_DONE) {
		switch (step->ask) {
		case RTSPNAT_RESERVE:
			rtspnat_answer(nat->connection, reserve(nat, &step->mapping), step->mapping.outside[0]);
			break;
		case RTSPNAT_EXPECT: /* A real NAT lets the media in from here on. */
			print("expect", &step->mapping);
			rtspnat_answer(nat->connection, RTSPNAT_YES, 0);
			break;
		case RTSPNAT_LINGER: /* A real NAT starts a timer, and gives the ports back when it ends. */
			print("linger", &step->mapping);
			break;
		case RTSPNAT_RELEASE:
			print("release", &step->mapping);
			set_taken(nat, &step->mapping, false);
			break;
		case RTSPNAT_LEND:
			rtspnat_lend(nat->connection, malloc(rtspnat_buffer_size()));
			break;
		case RTSPNAT_RETURN:
			free(step->buffer.memory);
			break;
		default: /* A question without an answer counts as answered NO. */
			break;
		}
	}
}

/* Makes the payload what leaves: a prefix in front, nothing behind the kept bytes, and the edits. */
static void rewrite_payload(struct nat *nat, struct packet *packet, const struct rtspnat_done *done)
{
	struct rtspnat_edit edit = { .size = sizeof(edit) };
	uint8_t *bytes = packet->payload;

	packet->length = done->prefix_length + done->keep;
	memmove(bytes + done->prefix_length, bytes, done->keep);
	if (done->prefix_length)
		memcpy(bytes, done->prefix, done->prefix_length);
	for (unsigned int i = done->edits; i-- > 0;) { /* The last one first, so that the offsets of the others stay right. */
		rtspnat_get_edit(nat->connection, i, &edit);
		memmove(bytes + edit.offset + edit.text_length, bytes + edit.offset + edit.length,
			packet->length - edit.offset - edit.length);
		memcpy(bytes + edit.offset, edit.text, edit.text_length);
		packet->length += edit.text_length - edit.length;
	}
}

/* Shows a segment to the library and carries out what it says. Returns false if the segment is to be dropped. */
static bool pass_segment(struct nat *nat, struct packet *packet, enum rtspnat_direction direction)
{
	uint8_t flags = packet->tcp[FLAGS];
	struct rtspnat_step step = { .size = sizeof(step) };
	struct rtspnat_segment segment = {
		.size = sizeof(segment),
		.payload = packet->payload,
		.length = packet->length,
		.at_hand = packet->length,
		.seq = get(packet->tcp + SEQUENCE, 4),
		.ack = get(packet->tcp + ACKNOWLEDGEMENT, 4),
		.header_length = (uint16_t)packet->headers,
		.direction = (uint8_t)direction,
		.flags = (uint8_t)((flags & FIN ? RTSPNAT_FIN : 0) | (flags & RST ? RTSPNAT_RST : 0) |
				   (flags & ACK ? RTSPNAT_ACK : 0) | (flags & URG ? RTSPNAT_URG : 0)),
	};
	uint32_t seq = segment.seq, ack = segment.ack;

	/* What rtspnat_skip() takes is not even read. */
	if (!rtspnat_skip(nat->connection, &segment) && rtspnat_begin(nat->connection, nat->scratch, &segment)) {
		converse(nat, &step);
		if (step.done.verdict == RTSPNAT_DROP)
			return false;
		rewrite_payload(nat, packet, &step.done);
		seq = step.done.seq;
		ack = step.done.ack;
		if (!(step.done.flags & RTSPNAT_FIN))
			packet->tcp[FLAGS] &= (uint8_t)~FIN;
	}
	/* Every number of every segment is mapped, of those that were skipped too. */
	put(packet->tcp + SEQUENCE, 4, rtspnat_map_sequence(nat->connection, direction, seq));
	if (flags & ACK)
		put(packet->tcp + ACKNOWLEDGEMENT, 4,
		    rtspnat_map_acknowledgement(nat->connection, direction == RTSPNAT_ORIGINAL ? RTSPNAT_REPLY : RTSPNAT_ORIGINAL, ack));
	return true;
}

/* Returns whether the packet comes from that address and port. */
static bool comes_from(const struct packet *packet, const struct rtspnat_address *address, uint16_t port)
{
	return !memcmp(packet->ip + 12, address->bytes, 4) && get(packet->tcp + SOURCE_PORT, 2) == port;
}

static bool goes_to(const struct packet *packet, const struct rtspnat_address *address, uint16_t port)
{
	return !memcmp(packet->ip + 16, address->bytes, 4) && get(packet->tcp + TARGET_PORT, 2) == port;
}

/* Makes a packet what leaves. Returns false if it is to be dropped. */
static bool pass_packet(struct nat *nat, struct packet *packet)
{
	struct rtspnat_setup *setup = &nat->setup;
	uint32_t next = get(packet->tcp + SEQUENCE, 4) + 1;
	uint8_t flags = packet->tcp[FLAGS];
	enum rtspnat_direction direction;

	if (setup->inside.family == 0 && (flags & (SYN | ACK)) == SYN) { /* The first connection is the one that we follow. */
		setup->inside.family = setup->peer.family = 4;
		memcpy(setup->inside.bytes, packet->ip + 12, 4);
		memcpy(setup->peer.bytes, packet->ip + 16, 4);
		setup->inside_port = setup->outside_port = (uint16_t)get(packet->tcp + SOURCE_PORT, 2);
		setup->peer_port = setup->published_port = (uint16_t)get(packet->tcp + TARGET_PORT, 2);
		setup->published = setup->peer;
	}
	if (comes_from(packet, &setup->inside, setup->inside_port) && goes_to(packet, &setup->peer, setup->peer_port))
		direction = RTSPNAT_ORIGINAL;
	else if (comes_from(packet, &setup->peer, setup->peer_port) && goes_to(packet, &setup->outside, setup->outside_port))
		direction = RTSPNAT_REPLY;
	else
		return true;
	if (flags & SYN) {
		setup->first_seq[direction] = next;
		if (!nat->connection && direction == RTSPNAT_REPLY)
			nat->connection = rtspnat_open(nat->memory, rtspnat_connection_size(), setup);
	} else if (nat->connection && !pass_segment(nat, packet, direction)) {
		return false;
	}
	if (direction == RTSPNAT_ORIGINAL)
		memcpy(packet->ip + 12, setup->outside.bytes, 4);
	else
		memcpy(packet->ip + 16, setup->inside.bytes, 4);
	set_lengths_and_checksums(packet);
	return true;
}

/* Returns the bytes in front of the IP header, or -1 for a kind of capture that we do not know. */
static int link_header(int kind)
{
	switch (kind) {
	case DLT_RAW:
		return 0;
	case DLT_EN10MB:
		return 14;
	case DLT_LINUX_SLL:
		return 16;
	case DLT_LINUX_SLL2:
		return 20;
	default:
		return -1;
	}
}

/* Reads, passes and writes all packets. Returns false, and says why, if that fails. */
static bool pass_capture(struct nat *nat, pcap_t *in, pcap_dumper_t *out, uint32_t link)
{
	static uint8_t bytes[3 * UINT16_MAX]; /* There is room for a prefix and for what edits add. */
	const uint8_t *captured;
	struct pcap_pkthdr *header;
	int result;

	for (unsigned int number = 1; (result = pcap_next_ex(in, &header, &captured)) == 1; number++) {
		struct packet packet;

		if (header->caplen < header->len || header->len > link + UINT16_MAX) {
			fprintf(stderr, "capture_nat: packet %u is not whole, or too long: capture with -s 0\n", number);
			return false;
		}
		memcpy(bytes, captured, header->len);
		if (header->len >= link && find_parts(bytes + link, header->len - link, &packet)) {
			if (!pass_packet(nat, &packet)) {
				fprintf(stderr, "packet %u is dropped: its sender has to send it again\n", number);
				continue;
			}
			header->len = header->caplen = link + packet.headers + packet.length;
		}
		pcap_dump((uint8_t *)out, header, bytes);
	}
	if (result == PCAP_ERROR)
		fprintf(stderr, "capture_nat: %s\n", pcap_geterr(in));
	return result != PCAP_ERROR;
}

static void close_nat(struct nat *nat)
{
	struct rtspnat_step step = { .size = sizeof(step) };
	void *buffer;

	while (nat->connection && rtspnat_close(nat->connection, &step))
		print("release", &step.mapping);
	while (nat->connection && (buffer = rtspnat_take_buffer(nat->connection)))
		free(buffer);
	free(nat->memory);
	free(nat->scratch);
}

static const char usage[] =
	"usage: capture_nat IN.pcap OUT.pcap OUTSIDE_ADDRESS [TAKEN_PORT]...\n"
	"Reads the packets that arrive at a router, and writes those that leave it, with the first connection in them translated\n"
	"to OUTSIDE_ADDRESS and its RTSP rewritten. Somebody else has the TAKEN_PORTs of that address. Says on standard error\n"
	"which media would pass. Exit code: 0 all is well, 1 a file cannot be read or written, 2 wrong arguments.\n";

int main(int argc, char **argv)
{
	static struct nat nat = {
		/* A real NAT takes a random seed: strangers must not guess which ports the library proposes. */
		.setup = { .size = sizeof(nat.setup), .port_seed = 1, .may_translate = true,
			   .length_changes = RTSPNAT_ANY_LENGTH_CHANGE, .outside = { .family = 4 } },
	};
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *in;
	pcap_dumper_t *out;
	bool passed = false, right = argc >= 4 && inet_pton(AF_INET, argv[3], nat.setup.outside.bytes) == 1;
	int link;

	if (argc == 2 && !strcmp(argv[1], "--help"))
		return fputs(usage, stdout) < 0;
	for (int i = 4; i < argc; i++) {
		int port = atoi(argv[i]);

		right = right && port > 0 && port <= UINT16_MAX;
		nat.taken[(uint16_t)port] = true;
	}
	if (!right) {
		fputs(usage, stderr);
		return 2;
	}
	nat.memory = malloc(rtspnat_connection_size());
	nat.scratch = malloc(rtspnat_scratch_size());
	in = pcap_open_offline(argv[1], error);
	if (!in) {
		fprintf(stderr, "capture_nat: %s\n", error);
		return 1;
	}
	link = link_header(pcap_datalink(in));
	out = link < 0 ? NULL : pcap_dump_open(in, argv[2]);
	if (link < 0)
		fprintf(stderr, "capture_nat: %s: the link type is neither Ethernet nor that of tcpdump -i any\n", argv[1]);
	else if (!out)
		fprintf(stderr, "capture_nat: %s\n", pcap_geterr(in));
	else if (nat.memory && nat.scratch)
		passed = pass_capture(&nat, in, out, (uint32_t)link);
	if (out && pcap_dump_flush(out) < 0) {
		fprintf(stderr, "capture_nat: %s: cannot write\n", argv[2]);
		passed = false;
	}
	if (out)
		pcap_dump_close(out);
	pcap_close(in);
	close_nat(&nat);
	return passed ? 0 : 1;
}
