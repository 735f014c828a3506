// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * An RTSP server and clients that cost the machine little, so that what the router costs is seen. All times are of
 * CLOCK_MONOTONIC, in nanoseconds; with `run.sh --count` a nanosecond is an instruction.
 *
 *   load serve ADDRESS PORT                answers every request; prints "listening" when it can
 *   load sessions ADDRESS PORT COUNT       one after the other: connect, two SETUP, TEARDOWN, close. Prints sessions a second
 *   load packets ADDRESS PORT COUNT        in one session sends bare acknowledgements, then keep-alives. Prints the median
 *                                          time of an acknowledgement, and of a request with its reply
 *   load record ADDRESS PORT MEGABYTES     publishes interleaved media. Prints megabytes a second
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PORT 30000 /* of the client */
#define CONNECTIONS 1024 /* of the server at a time */
#define WARM 20          /* sessions that are not measured */
#define FRAME 1400       /* bytes of media in a frame */
#define FRAMES 256       /* that are written at a time */

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static struct sockaddr_in address_of(const char *address, const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		fail(address);
	return to;
}

static void write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = write(fd, bytes, length);

		if (sent <= 0)
			fail("write");
		bytes += sent;
		length -= sent;
	}
}

static void set_option(int fd, int option, int value)
{
	if (setsockopt(fd, IPPROTO_TCP, option, &value, sizeof(value)))
		fail("setsockopt");
}

/* The server: what it has read of a request, and how many bytes of media come before the next one. */
struct peer {
	char text[4096];
	size_t length;
	long media;
};

static struct peer peers[CONNECTIONS];

/* Copies the line of @head that begins with @name, with its end. */
static void copy_line(char *to, size_t size, const char *head, const char *name)
{
	const char *line = strstr(head, name);

	to[0] = '\0';
	if (line)
		snprintf(to, size, "%.*s", (int)strcspn(line, "\r"), line);
}

static void answer(int fd, struct peer *peer)
{
	char cseq[64], transport[256], media[64], reply[1024];
	int length;

	copy_line(cseq, sizeof(cseq), peer->text, "CSeq: ");
	copy_line(transport, sizeof(transport), peer->text, "Transport: ");
	copy_line(media, sizeof(media), peer->text, "X-Media-Bytes: ");
	if (media[0])
		peer->media = atol(media + strlen("X-Media-Bytes: "));
	length = snprintf(reply, sizeof(reply), "RTSP/1.0 200 OK\r\n%s\r\nServer: load\r\n%s%s%sSession: 12345678;timeout=60\r\n\r\n",
			  cseq, transport, strstr(transport, "client_port") ? ";server_port=7000-7001" : "",
			  transport[0] ? "\r\n" : "");
	write_all(fd, reply, length);
}

static void answer_all(int fd, struct peer *peer)
{
	char *end;

	peer->text[peer->length] = '\0';
	while ((end = strstr(peer->text, "\r\n\r\n"))) {
		size_t used = end + 4 - peer->text;

		answer(fd, peer);
		peer->length -= used;
		memmove(peer->text, peer->text + used, peer->length + 1);
	}
}

static void serve_one(int fd)
{
	static char media[1 << 20];
	struct peer *peer = &peers[fd];
	size_t room = sizeof(peer->text) - 1 - peer->length;
	ssize_t got;

	if (peer->media > 0)
		got = read(fd, media, peer->media < (long)sizeof(media) ? (size_t)peer->media : sizeof(media));
	else
		got = read(fd, peer->text + peer->length, room);
	if (got <= 0) {
		close(fd);
	} else if (peer->media > 0) {
		peer->media -= got;
	} else {
		peer->length += got;
		answer_all(fd, peer);
	}
}

static void watch(int queue, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (fd >= CONNECTIONS || epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event))
		fail("watch");
}

static void serve(const char *address, const char *port)
{
	struct sockaddr_in at = address_of(address, port);
	int listener = socket(AF_INET, SOCK_STREAM, 0), queue = epoll_create1(0), on = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, CONNECTIONS))
		fail("listen");
	watch(queue, listener);
	puts("listening");
	fflush(stdout);
	for (;;) {
		struct epoll_event event;

		if (epoll_wait(queue, &event, 1, -1) != 1)
			continue;
		if (event.data.fd == listener) {
			int fd = accept(listener, NULL, NULL);

			if (fd < 0)
				fail("accept");
			set_option(fd, TCP_NODELAY, 1);
			watch(queue, fd);
			memset(&peers[fd], 0, sizeof(peers[fd]));
		} else {
			serve_one(event.data.fd);
		}
	}
}

/* The clients. */
static int dial(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	set_option(fd, TCP_NODELAY, 1);
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		fail("connect");
	return fd;
}

/* Sends a request, and waits for the end of its reply. @more is header lines, with their ends. */
static void ask(int fd, const char *method, unsigned int cseq, const char *more)
{
	char text[2048];
	size_t length = snprintf(text, sizeof(text),
				 "%s rtsp://10.0.2.2:8554/test/stream=0 RTSP/1.0\r\nCSeq: %u\r\nUser-Agent: Lavf59.27.100\r\n%s%s\r\n",
				 method, cseq, more, cseq > 1 ? "Session: 12345678\r\n" : "");

	write_all(fd, text, length);
	length = 0;
	do {
		ssize_t got = read(fd, text + length, sizeof(text) - 1 - length);

		if (got <= 0)
			fail("read");
		length += got;
		text[length] = '\0';
	} while (!strstr(text, "\r\n\r\n"));
}

static void set_up(int fd, unsigned int cseq, unsigned int port)
{
	char transport[128];

	snprintf(transport, sizeof(transport), "Transport: RTP/AVP/UDP;unicast;client_port=%u-%u\r\n", port, port + 1);
	ask(fd, "SETUP", cseq, transport);
}

static void have_sessions(const struct sockaddr_in *to, unsigned int count)
{
	while (count-- > 0) {
		int fd = dial(to);

		set_up(fd, 1, FIRST_PORT);
		set_up(fd, 2, FIRST_PORT + 2);
		ask(fd, "TEARDOWN", 3, "");
		close(fd);
	}
}

static void sessions(const struct sockaddr_in *to, unsigned int count)
{
	uint64_t started;

	have_sessions(to, WARM);
	started = now();
	have_sessions(to, count);
	printf("%.1f\n", count * 1e9 / (now() - started));
}

/* The number of the next byte that @fd sends or, of queue TCP_RECV_QUEUE, gets. */
static uint32_t next_number(int fd, int queue)
{
	socklen_t length = sizeof(uint32_t);
	uint32_t number;

	set_option(fd, TCP_REPAIR_QUEUE, queue);
	if (getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &number, &length))
		fail("number");
	return number;
}

static uint16_t checksum(const uint16_t *words, size_t count, uint32_t sum)
{
	while (count-- > 0)
		sum += ntohs(*words++);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

struct bare {
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed, aligned(4)));

/* The acknowledgement that @fd would send once more. */
static struct bare bare_acknowledgement(int fd, const struct sockaddr_in *to)
{
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	struct bare packet = {0};

	if (getsockname(fd, (struct sockaddr *)&from, &length))
		fail("name");
	set_option(fd, TCP_REPAIR, TCP_REPAIR_ON);
	packet.tcp.seq = htonl(next_number(fd, TCP_SEND_QUEUE));
	packet.tcp.ack_seq = htonl(next_number(fd, TCP_RECV_QUEUE));
	set_option(fd, TCP_REPAIR_QUEUE, TCP_NO_QUEUE);
	set_option(fd, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP);

	packet.ip.version = 4;
	packet.ip.ihl = sizeof(packet.ip) / 4;
	packet.ip.tot_len = htons(sizeof(packet));
	packet.ip.ttl = 64;
	packet.ip.protocol = IPPROTO_TCP;
	packet.ip.saddr = from.sin_addr.s_addr;
	packet.ip.daddr = to->sin_addr.s_addr;
	packet.tcp.source = from.sin_port;
	packet.tcp.dest = to->sin_port;
	packet.tcp.doff = sizeof(packet.tcp) / 4;
	packet.tcp.ack = 1;
	packet.tcp.window = htons(502);
	/* The pseudo header: the addresses lie in front of the TCP header. */
	packet.tcp.check = checksum((const uint16_t *)&packet.ip.saddr, (8 + sizeof(packet.tcp)) / 2,
				    IPPROTO_TCP + sizeof(packet.tcp));
	return packet;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t median(uint64_t *times, unsigned int count)
{
	qsort(times, count, sizeof(*times), compare);
	return times[count / 2];
}

static void packets(const struct sockaddr_in *to, unsigned int count)
{
	int fd = dial(to), raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	uint64_t *times = calloc(count, sizeof(*times)), acknowledgement;
	struct bare packet;
	unsigned int i;

	set_up(fd, 1, FIRST_PORT);
	packet = bare_acknowledgement(fd, to);
	for (i = 0; i < count; i++) {
		uint64_t started = now();

		if (sendto(raw, &packet, sizeof(packet), 0, (const struct sockaddr *)to, sizeof(*to)) < 0)
			fail("raw");
		times[i] = now() - started;
	}
	acknowledgement = median(times, count);
	for (i = 0; i < count / 4; i++) {
		uint64_t started = now();

		ask(fd, "OPTIONS", i + 2, "");
		times[i] = now() - started;
	}
	printf("%llu %llu\n", (unsigned long long)acknowledgement, (unsigned long long)median(times, count / 4));
	ask(fd, "TEARDOWN", count, "");
	close(fd);
	free(times);
}

static void publish(const struct sockaddr_in *to, unsigned int megabytes)
{
	static unsigned char frames[FRAMES][4 + FRAME];
	unsigned long blocks = megabytes * 1000000UL / sizeof(frames), i, k;
	uint32_t number = 1;
	char announced[64];
	uint64_t started;
	int fd = dial(to);

	for (i = 0; i < FRAMES; i++) {
		frames[i][0] = '$';
		frames[i][2] = FRAME >> 8;
		frames[i][3] = FRAME & 0xff;
		for (k = 4; k < sizeof(frames[i]); k++)
			frames[i][k] = (number = number * 1664525 + 1013904223) >> 24;
	}
	ask(fd, "SETUP", 1, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record\r\n");
	snprintf(announced, sizeof(announced), "X-Media-Bytes: %lu\r\n", blocks * sizeof(frames));
	ask(fd, "RECORD", 2, announced);
	started = now();
	for (i = 0; i < blocks; i++)
		write_all(fd, (const char *)frames, sizeof(frames));
	/* Answered when all has arrived. */
	ask(fd, "TEARDOWN", 3, "");
	printf("%.2f\n", blocks * sizeof(frames) * 1e3 / (now() - started));
	close(fd);
}

int main(int count, char **words)
{
	struct sockaddr_in to;

	if (count == 4 && !strcmp(words[1], "serve"))
		serve(words[2], words[3]);
	if (count != 5)
		return 2;
	to = address_of(words[2], words[3]);
	if (!strcmp(words[1], "sessions"))
		sessions(&to, atoi(words[4]));
	else if (!strcmp(words[1], "packets"))
		packets(&to, atoi(words[4]));
	else if (!strcmp(words[1], "record"))
		publish(&to, atoi(words[4]));
	else
		return 2;
	return 0;
}
