/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A proxy for RTSP over IPv4: players connect to it instead of to the server, one after another. The library rewrites the ports
 * and addresses in what the two say to each other; the proxy relays the datagrams of their media.
 *
 * A player and its server never meet, so the proxy stands for each of them towards the other:
 *
 *      player ("inside")  <->  "published" [proxy] "outside"  <->  server ("peer")
 *
 * For brevity a player or server that reads slowly makes the proxy wait, and media ends with its control connection.
 */
#define _GNU_SOURCE /* For SOCK_NONBLOCK. */

#include <rtspnat.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PLAYER, SERVER, SIDES };
enum { READ_SIZE = 16384 };

/* A mapping of the library: one socket for each port and side of the proxy, -1 where there is none. */
struct media {
	int sockets[SIDES][RTSPNAT_PORTS];
	uint16_t remote_ports[SIDES][RTSPNAT_PORTS]; /* Where the player and the server receive; 0 if not known. */
	uint8_t open; /* Bit i: port i may pass media. Nothing passes before RTSPNAT_EXPECT. */
	unsigned long relayed[SIDES]; /* Datagrams that went to the player and to the server. */
};

/* One player and its server. */
struct session {
	struct rtspnat_connection *connection;
	void *scratch;
	struct media *media; /* One for each mapping that a connection can have. */
	int streams[SIDES];  /* The two TCP connections. */
	struct sockaddr_in local[SIDES], remote[SIDES];
};

static void close_sockets(struct media *media, int side)
{
	for (int i = 0; i < RTSPNAT_PORTS; i++) {
		if (media->sockets[side][i] >= 0)
			close(media->sockets[side][i]);
		media->sockets[side][i] = -1;
	}
}

/* Opens a UDP socket on the proxy's address of that side. Port 0 is any port. */
static int open_socket(const struct session *session, int side, uint16_t port)
{
	struct sockaddr_in address = session->local[side];
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	address.sin_port = htons(port);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Answers RESERVE and PUBLISH: takes all the ports or none of them. */
static enum rtspnat_reply take_ports(struct session *session, const struct rtspnat_mapping *mapping, int side)
{
	const uint16_t *ports = side == SERVER ? mapping->outside : mapping->published;
	struct media *media = &session->media[mapping->number];

	if (mapping->protocol != IPPROTO_UDP)
		return RTSPNAT_NO;
	close_sockets(media, side); /* New published ports take the place of the former ones. */
	for (int i = 0; i < mapping->count; i++) {
		if (!ports[i])
			continue;
		media->sockets[side][i] = open_socket(session, side, ports[i]);
		if (media->sockets[side][i] < 0) {
			/* Somebody else has the port: the library proposes others. */
			close_sockets(media, side);
			return RTSPNAT_BUSY;
		}
	}
	return RTSPNAT_YES;
}

/* Answers EXPECT: from now on media may pass. */
static enum rtspnat_reply expect(struct session *session, const struct rtspnat_mapping *mapping)
{
	struct media *media = &session->media[mapping->number];

	for (int i = 0; i < mapping->count; i++) {
		/* A side that named no port sends from any, and gets any. */
		for (int side = 0; side < SIDES; side++)
			if (media->sockets[side][i] < 0)
				media->sockets[side][i] = open_socket(session, side, 0);
		media->remote_ports[PLAYER][i] = mapping->inside[i];
		media->remote_ports[SERVER][i] = mapping->peer[i];
	}
	media->open = mapping->open;
	fprintf(stderr, "media passes: server port %u, proxy ports %u and %u, player port %u\n", mapping->peer[0],
		mapping->outside[0], mapping->published[0], mapping->inside[0]);
	return RTSPNAT_YES;
}

static void release(struct session *session, const struct rtspnat_mapping *mapping)
{
	struct media *media = &session->media[mapping->number];

	media->open = 0;
	close_sockets(media, PLAYER);
	close_sockets(media, SERVER);
	fprintf(stderr, "media ends: player port %u, %lu datagrams to the player, %lu to the server\n", mapping->inside[0],
		media->relayed[PLAYER], media->relayed[SERVER]);
	memset(media->relayed, 0, sizeof(media->relayed));
}

/* Answers all questions about the bytes in hand. */
static void converse(struct session *session, struct rtspnat_step *step)
{
	const struct rtspnat_mapping *mapping = &step->mapping;
	struct rtspnat_connection *connection = session->connection;

	while (rtspnat_next(connection, step) != RTSPNAT_DONE) {
		switch (step->ask) {
		case RTSPNAT_RESERVE:
			rtspnat_answer(connection, take_ports(session, mapping, SERVER), mapping->outside[0]);
			break;
		case RTSPNAT_PUBLISH:
			rtspnat_answer(connection, take_ports(session, mapping, PLAYER), mapping->published[0]);
			break;
		case RTSPNAT_EXPECT:
			rtspnat_answer(connection, expect(session, mapping), 0);
			break;
		case RTSPNAT_LINGER: /* A larger proxy goes on to relay for mapping->seconds. */
		case RTSPNAT_RELEASE:
			release(session, mapping);
			break;
		case RTSPNAT_LEND:
			rtspnat_lend(connection, malloc(rtspnat_buffer_size()));
			break;
		case RTSPNAT_RETURN:
			free(step->buffer.memory);
			break;
		default: /* A question without an answer counts as answered NO. */
			break;
		}
	}
}

static bool send_all(int fd, const uint8_t *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);

		if (sent < 0)
			return false;
		bytes += sent;
		length -= (size_t)sent;
	}
	return true;
}

/* Sends what leaves: the prefix and the kept payload, with the text of the edits in place of the bytes that they replace. */
static bool send_edited(const struct session *session, int fd, const uint8_t *payload, const struct rtspnat_done *done)
{
	uint8_t bytes[UINT16_MAX + READ_SIZE];
	uint32_t length = done->prefix_length + done->keep, at = 0;
	struct rtspnat_edit edit = { .size = sizeof(edit) };

	if (done->prefix_length)
		memcpy(bytes, done->prefix, done->prefix_length);
	memcpy(bytes + done->prefix_length, payload, done->keep);
	for (unsigned int i = 0; i < done->edits; i++) {
		rtspnat_get_edit(session->connection, i, &edit);
		if (!send_all(fd, bytes + at, edit.offset - at) || !send_all(fd, edit.text, edit.text_length))
			return false;
		at = edit.offset + edit.length;
	}
	return send_all(fd, bytes + at, length - at);
}

/* Reads what one side has sent and passes it on to the other. Returns false when the session is over. */
static bool pass_text(struct session *session, int from)
{
	int to = from == PLAYER ? SERVER : PLAYER;
	uint8_t bytes[READ_SIZE];
	ssize_t count = recv(session->streams[from], bytes, sizeof(bytes), 0);
	struct rtspnat_step step = { .size = sizeof(step) };
	struct rtspnat_segment segment = {
		.size = sizeof(segment),
		.payload = bytes,
		.length = count > 0 ? (uint32_t)count : 0,
		.direction = from == PLAYER ? RTSPNAT_ORIGINAL : RTSPNAT_REPLY,
		.flags = count > 0 ? 0 : RTSPNAT_FIN, /* The end releases the mappings, and bytes that were withheld leave. */
	};

	do {
		segment.at_hand = segment.length;
		if (!rtspnat_begin(session->connection, session->scratch, &segment))
			return false;
		converse(session, &step);
		if (!send_edited(session, session->streams[to], segment.payload, &step.done))
			return false;
		segment.payload += step.done.taken;
		segment.length -= step.done.taken;
	} while (segment.length > 0); /* The library did not take everything at once. */
	return count > 0;
}

/* Relays one datagram that came to port i of that side. */
static void pass_datagram(const struct session *session, struct media *media, int from, int i)
{
	int to = from == PLAYER ? SERVER : PLAYER;
	uint8_t bytes[65536];
	struct sockaddr_in sender, target = session->remote[to];
	socklen_t length = sizeof(sender);
	ssize_t count = recvfrom(media->sockets[from][i], bytes, sizeof(bytes), 0, (struct sockaddr *)&sender, &length);
	uint16_t expected = media->remote_ports[from][i];

	/* Strangers get nothing through: the address must be that of the control connection, the port the one that was agreed on. */
	if (count < 0 || !(media->open >> i & 1) || !media->remote_ports[to][i] ||
	    sender.sin_addr.s_addr != session->remote[from].sin_addr.s_addr || (expected && sender.sin_port != htons(expected)))
		return;
	target.sin_port = htons(media->remote_ports[to][i]);
	if (sendto(media->sockets[to][i], bytes, (size_t)count, 0, (struct sockaddr *)&target, sizeof(target)) == count)
		media->relayed[to]++;
}

/* Serves the session until one side ends it. */
static void relay(struct session *session)
{
	unsigned int mappings = rtspnat_mappings();
	struct pollfd *polled = calloc(SIDES + mappings * SIDES * RTSPNAT_PORTS, sizeof(*polled));

	while (polled) {
		nfds_t count = 0;

		for (int side = 0; side < SIDES; side++)
			polled[count++] = (struct pollfd){ .fd = session->streams[side], .events = POLLIN };
		for (unsigned int m = 0; m < mappings; m++)
			for (int side = 0; side < SIDES; side++)
				for (int i = 0; i < RTSPNAT_PORTS; i++) /* poll() passes over -1. */
					polled[count++] = (struct pollfd){ .fd = session->media[m].sockets[side][i], .events = POLLIN };
		if (poll(polled, count, -1) < 0)
			break;
		for (nfds_t at = SIDES; at < count; at++) {
			nfds_t socket = at - SIDES;

			if (polled[at].revents)
				pass_datagram(session, &session->media[socket / (SIDES * RTSPNAT_PORTS)],
					      socket / RTSPNAT_PORTS % SIDES, socket % RTSPNAT_PORTS);
		}
		/* The texts come last: they open and close the sockets above. */
		if ((polled[PLAYER].revents && !pass_text(session, PLAYER)) || (polled[SERVER].revents && !pass_text(session, SERVER)))
			break;
	}
	free(polled);
}

static struct rtspnat_address address_of(const struct sockaddr_in *socket_address)
{
	struct rtspnat_address address = { .family = 4 };

	memcpy(address.bytes, &socket_address->sin_addr, 4);
	return address;
}

/* Tells the library who is who, and relays. */
static void serve(struct session *session)
{
	const struct sockaddr_in *local = session->local, *remote = session->remote;
	struct rtspnat_setup setup = {
		.size = sizeof(setup),
		.options = RTSPNAT_OPTION_STREAM,
		.length_changes = RTSPNAT_ANY_LENGTH_CHANGE,
		.may_translate = true,
		.may_publish = true,
		.inside = address_of(&remote[PLAYER]),
		.inside_port = ntohs(remote[PLAYER].sin_port),
		.published = address_of(&local[PLAYER]),
		.published_port = ntohs(local[PLAYER].sin_port),
		.outside = address_of(&local[SERVER]),
		.outside_port = ntohs(local[SERVER].sin_port),
		.peer = address_of(&remote[SERVER]),
		.peer_port = ntohs(remote[SERVER].sin_port),
	};
	struct rtspnat_step step = { .size = sizeof(step) };
	void *memory = malloc(rtspnat_connection_size()), *buffer;

	/* Strangers must not guess which ports the library proposes. */
	if (getrandom(&setup.port_seed, sizeof(setup.port_seed), 0) < 0)
		perror("proxy: getrandom");
	session->scratch = malloc(rtspnat_scratch_size());
	session->media = calloc(rtspnat_mappings(), sizeof(*session->media));
	session->connection = rtspnat_open(memory, rtspnat_connection_size(), &setup);
	if (session->connection && session->scratch && session->media) {
		for (unsigned int m = 0; m < rtspnat_mappings(); m++)
			memset(session->media[m].sockets, -1, sizeof(session->media[m].sockets));
		relay(session);
		while (rtspnat_close(session->connection, &step))
			release(session, &step.mapping);
		while ((buffer = rtspnat_take_buffer(session->connection)))
			free(buffer);
	}
	free(session->media);
	free(session->scratch);
	free(memory);
}

/* Connects to the server for a player, and serves the two. */
static void serve_player(int player, const struct sockaddr_in *server)
{
	struct session session = { .streams = { player, socket(AF_INET, SOCK_STREAM, 0) } };
	bool known = connect(session.streams[SERVER], (const struct sockaddr *)server, sizeof(*server)) == 0;

	if (!known)
		perror("proxy: connect");
	for (int side = 0; known && side < SIDES; side++) {
		socklen_t local = sizeof(*session.local), remote = sizeof(*session.remote);

		known = getsockname(session.streams[side], (struct sockaddr *)&session.local[side], &local) == 0 &&
			getpeername(session.streams[side], (struct sockaddr *)&session.remote[side], &remote) == 0;
	}
	if (known)
		serve(&session);
	close(session.streams[SERVER]);
	close(player);
}

static const char usage[] = "usage: proxy LISTEN_PORT SERVER_ADDRESS SERVER_PORT\n"
			    "Serves RTSP players on LISTEN_PORT, one after another, with what the server at SERVER_ADDRESS has.\n"
			    "Addresses are those of IPv4. The proxy runs until a signal ends it.\n";

static bool read_port(const char *text, in_port_t *port)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	*port = htons((uint16_t)number);
	return *text && !*end && number > 0 && number <= UINT16_MAX;
}

int main(int argc, char **argv)
{
	struct sockaddr_in here = { .sin_family = AF_INET }, server = { .sin_family = AF_INET };
	int listener, player, one = 1;

	if (argc == 2 && !strcmp(argv[1], "--help"))
		return fputs(usage, stdout) < 0;
	if (argc != 4 || !read_port(argv[1], &here.sin_port) || inet_pton(AF_INET, argv[2], &server.sin_addr) != 1 ||
	    !read_port(argv[3], &server.sin_port)) {
		fputs(usage, stderr);
		return 2;
	}
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(listener, (struct sockaddr *)&here, sizeof(here)) < 0 || listen(listener, 1) < 0) {
		perror("proxy: listen");
		return 1;
	}
	while ((player = accept(listener, NULL, NULL)) >= 0)
		serve_player(player, &server);
	perror("proxy: accept");
	return 1;
}
