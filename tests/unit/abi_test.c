/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The library as a small C program sees it. Whole programs are in examples/. */
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
	printf("reserve %u-%u for %u-%u\n", step->mapping.outside[0], step->mapping.outside[1], step->mapping.inside[0],
	       step->mapping.inside[1]);
	return step->mapping.outside[0] == 5000 ? RTSPNAT_BUSY : RTSPNAT_YES;
}

static void talk(struct rtspnat_connection *connection, struct rtspnat_step *step)
{
	while (rtspnat_next(connection, step) != RTSPNAT_DONE) {
		switch (step->ask) {
		case RTSPNAT_RESERVE:
			rtspnat_answer(connection, reserve(step), step->mapping.outside[0]);
			break;
		case RTSPNAT_EXPECT:
			rtspnat_answer(connection, RTSPNAT_YES, 0);
			break;
		case RTSPNAT_LEND:
			rtspnat_lend(connection, malloc(rtspnat_buffer_size()));
			break;
		case RTSPNAT_RETURN:
			free(step->buffer.memory);
			break;
		default: /* RTSPNAT_RELEASE: forget the mapping step->mapping.number */
			break;
		}
	}
}

/* What leaves: prefix and kept payload, edited from the last edit to the first. Returns its length. */
static size_t apply(struct rtspnat_connection *connection, const struct rtspnat_segment *segment,
		    const struct rtspnat_step *step, uint8_t *out)
{
	size_t length = step->done.prefix_length + step->done.keep;
	struct rtspnat_edit edit = { .size = sizeof(edit) };
	unsigned int i;

	if (step->done.prefix_length)
		memcpy(out, step->done.prefix, step->done.prefix_length);
	memcpy(out + step->done.prefix_length, segment->payload, step->done.keep);
	for (i = step->done.edits; i-- > 0;) {
		rtspnat_get_edit(connection, i, &edit);
		memmove(out + edit.offset + edit.text_length, out + edit.offset + edit.length,
			length - edit.offset - edit.length);
		memcpy(out + edit.offset, edit.text, edit.text_length);
		length += edit.text_length - edit.length;
	}
	return length;
}

/* The request comes in two segments: the second begins in the middle of the port. */
int main(void)
{
	const uint32_t lengths[] = { sizeof(request) - 12, 11 };
	struct rtspnat_setup setup = {
		.size = sizeof(setup),
		.inside = { 4, { 192, 168, 1, 20 } },
		.outside = { 4, { 203, 0, 113, 1 } },
		.first_seq = { 1000, 2000 },
		.port_seed = 42,
		.may_translate = true,
		.length_changes = RTSPNAT_ANY_LENGTH_CHANGE,
	};
	struct rtspnat_segment segment = {
		.size = sizeof(segment),
		.payload = (const uint8_t *)request,
		.seq = 1000,
		.direction = RTSPNAT_ORIGINAL,
	};
	void *memory = malloc(rtspnat_connection_size());
	void *scratch = malloc(rtspnat_scratch_size());
	void *buffer;
	struct rtspnat_connection *connection;
	struct rtspnat_step step = { .size = sizeof(step) };
	uint8_t sent[2 * sizeof(request)];
	size_t size = 0, i;

	if (!memory || !scratch)
		return 1;
	printf("a connection takes %zu bytes\n", rtspnat_connection_size());
	connection = rtspnat_open(memory, rtspnat_connection_size(), &setup);
	for (i = 0; i < 2; i++) {
		segment.length = segment.at_hand = lengths[i];
		rtspnat_begin(connection, scratch, &segment);
		talk(connection, &step);
		printf("segment at %u leaves at %u, %u bytes in front\n", segment.seq,
		       rtspnat_map_sequence(connection, RTSPNAT_ORIGINAL, step.done.seq), step.done.prefix_length);
		size += apply(connection, &segment, &step, sent + size);
		segment.payload += lengths[i];
		segment.seq += lengths[i];
	}
	sent[size] = '\0';
	fputs((const char *)sent, stdout);
	while ((buffer = rtspnat_take_buffer(connection)))
		free(buffer);
	free(scratch);
	free(memory);
	return strstr((const char *)sent, "client_port=5002-5003\r\n\r\n") ? 0 : 1;
}
