/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The library as a C program sees it: the example of docs/using-library.md, and a test that it is right. */
#include <rtspnat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char request[] =
	"SETUP rtsp://192.0.2.9/cam RTSP/1.0\r\n"
	"CSeq: 1\r\n"
	"Transport: RTP/AVP;unicast;client_port=5000-5001\r\n"
	"\r\n";

/* This NAT has somebody else on 5000 already. */
static enum rtspnat_reply reserve(const struct rtspnat_step *step)
{
	printf("reserve %u-%u for %u-%u\n", step->outside[0], step->outside[1], step->inside[0],
	       step->inside[1]);
	return step->outside[0] == 5000 ? RTSPNAT_BUSY : RTSPNAT_YES;
}

static void talk(struct rtspnat_connection *connection, struct rtspnat_step *step)
{
	while (rtspnat_next(connection, step) != RTSPNAT_DONE) {
		switch (step->ask) {
		case RTSPNAT_RESERVE:
			rtspnat_answer(connection, reserve(step), step->outside[0]);
			break;
		case RTSPNAT_EXPECT:
			rtspnat_answer(connection, RTSPNAT_YES, 0);
			break;
		default: /* RTSPNAT_RELEASE: forget the mapping step->mapping */
			break;
		}
	}
}

int main(void)
{
	struct rtspnat_setup setup = {
		.inside = { 4, { 192, 168, 1, 20 } },
		.outside = { 4, { 203, 0, 113, 1 } },
		.first_seq = { 1000, 2000 },
		.port_seed = 42,
		.may_translate = true,
	};
	struct rtspnat_segment segment = {
		.payload = (const uint8_t *)request,
		.length = sizeof(request) - 1,
		.seq = 1000,
		.direction = RTSPNAT_ORIGINAL,
	};
	void *memory = malloc(rtspnat_connection_size());
	struct rtspnat_connection *connection;
	struct rtspnat_step step;
	struct rtspnat_edit edit;
	char sent[sizeof(request)];
	unsigned int i;

	if (!memory)
		return 1;
	printf("a connection takes %zu bytes\n", rtspnat_connection_size());
	connection = rtspnat_open(memory, &setup);
	rtspnat_begin(connection, &segment);
	talk(connection, &step);

	memcpy(sent, request, sizeof(request));
	for (i = 0; i < step.edits; i++) {
		rtspnat_get_edit(connection, i, &edit);
		memcpy(sent + edit.offset, edit.text, edit.length);
	}
	fputs(sent, stdout);
	free(memory);
	return strstr(sent, "client_port=5002-5003\r\n") ? 0 : 1;
}
