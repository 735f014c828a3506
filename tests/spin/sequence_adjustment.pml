/* SPDX-License-Identifier: MIT OR GPL-2.0-only
 *
 * Sequence adjustment with one correction, as the Linux kernel has it, under a stream of five bytes of which two become
 * longer on the way.
 *
 * Byte k of the sender is one byte at the receiver; bytes FIRST and SECOND are GROWTH bytes more. The middlebox keeps
 * one correction (position, before, after): numbers behind the position move by `after`, others by `before`. It
 * forgets edits, whose bytes then leave as they are. The path loses, repeats and overtakes; the sender cuts anew what
 * it sends again; three segments are on their way at most.
 *
 *   RULE   the second growth leaves only when the first has been acknowledged
 *   KEEP   the edit of a growth is forgotten when the next growth leaves, and not when it is acknowledged
 *   EDIT   the correction is set at the edit, not at the first byte of its segment
 *
 * All three are needed; run.sh shows that without any one of them the receiver gets a wrong byte.
 *
 * Safe: where the receiver takes a byte that it did not have, it is the right one (the assertion in receiver()); nothing
 * is acknowledged that was not sent. Live: everything arrives, if the path loses and repeats a bounded number of packets.
 */
#ifndef RULE
#define RULE 1
#endif
#ifndef KEEP
#define KEEP 1
#endif
#ifndef EDIT
#define EDIT 1
#endif
#ifndef LOSSES
#define LOSSES 2
#endif
#ifndef REPEATS
#define REPEATS 2
#endif
#ifndef OVERTAKES
#define OVERTAKES 1
#endif
#define BYTES 5
#define FIRST 0
#define SECOND 3
#define GROWTH 1
#define OUT (BYTES + 2 * GROWTH)
#define FLIGHT 3

chan near = [FLIGHT] of { byte, byte };            /* first byte, bytes */
chan far = [FLIGHT] of { byte, byte, byte, bool, bool }; /* number, first byte, bytes, are the edits forgotten? */
chan far_ack = [2] of { byte };                    /* the receiver's number */
chan near_ack = [2] of { byte };                   /* the sender's */

byte una, nxt;                    /* the sender's: acknowledged, sent */
byte expected;                    /* the receiver's next number */
bool has[OUT];                    /* what it has behind that */
byte position, before, after;     /* the correction */
byte frontier;                    /* text behind it is dropped: it must be read in order */
byte acknowledged;                /* as the middlebox has seen, in the sender's numbers */
bool first_left, second_left;     /* the growths */
byte losses = LOSSES, repeats = REPEATS, overtakes = OVERTAKES;

#define TRUE_PLACE(k) ((k) + ((k) > FIRST -> GROWTH : 0) + ((k) > SECOND -> GROWTH : 0))
#define FORWARD(k) ((k) + ((k) > position -> after : before))
#define BACK(a) ((a) - ((a) > position + before -> after : before))
#define FORGOTTEN(k, next_left) (KEEP -> (next_left) : acknowledged > (k))
#define NONE_UNDER_WAY (len(near) + len(far) + len(far_ack) + len(near_ack) == 0)

proctype sender() {
	byte ack, size;
	do
	:: una == BYTES -> break
	:: atomic { nxt < BYTES && len(near) < FLIGHT ->
		if
		:: size = 1
		:: nxt + 2 <= BYTES -> size = 2
		fi;
		near ! nxt, size;
		nxt = nxt + size;
		size = 0 }
	/* The retransmission timer rings when nothing is under way, and now and then too early. */
	:: atomic { una < nxt && (NONE_UNDER_WAY || (repeats > 0 && len(near) < FLIGHT)) ->
		if
		:: NONE_UNDER_WAY
		:: else -> repeats--
		fi;
		if
		:: size = 1
		:: una + 2 <= nxt -> size = 2
		:: una + 3 <= nxt -> size = 3
		:: una + 4 <= nxt -> size = 4
		fi;
		near ! una, size;
		size = 0 }
	:: atomic { near_ack ? ack ->
		assert(ack <= nxt);
		if
		:: ack > una -> una = ack
		:: else
		fi;
		ack = 0 }
	od
}

/* A growth leaves for the first time. A correction that does not lie behind the one that is there is ignored. */
inline grow(edit, segment) {
	if
	:: EDIT -> at = edit
	:: else -> at = segment
	fi;
	if
	:: before == after || at > position -> position = at; before = after; after = after + GROWTH
	:: else
	fi
}

proctype middlebox() {
	byte seq, size, at;
	bool lost, first_plain, second_plain;
end:	do
	:: atomic { near ? seq, size ->
		lost = false;
		if
		:: losses > 0 -> losses--; lost = true
		:: true
		fi;
		if
		:: RULE && !second_left && acknowledged <= FIRST && seq <= SECOND && seq + size > SECOND -> size = SECOND - seq
		:: else
		fi;
		if
		:: !lost && size > 0 && seq <= frontier && len(far) < FLIGHT ->
			if
			:: seq + size > frontier -> frontier = seq + size
			:: else
			fi;
			if
			:: !first_left && seq <= FIRST && seq + size > FIRST -> first_left = true; grow(FIRST, seq)
			:: else
			fi;
			if
			:: !second_left && seq + size > SECOND -> second_left = true; grow(SECOND, seq)
			:: else
			fi;
			far ! FORWARD(seq), seq, size, FORGOTTEN(FIRST, second_left), FORGOTTEN(SECOND, false)
		:: else /* lost, out of order, or nothing is left of it */
		fi;
		seq = 0; size = 0; at = 0; lost = false }
	:: atomic { len(far) >= 2 && overtakes > 0 -> overtakes--;
		far ? at, seq, size, first_plain, second_plain; far ! at, seq, size, first_plain, second_plain;
		at = 0; seq = 0; size = 0; first_plain = false; second_plain = false }
	/* Acknowledgements. */
	:: atomic { len(far_ack) > 0 && len(near_ack) < 2 -> far_ack ? at;
		at = BACK(at);
		if
		:: at > acknowledged ->
			acknowledged = at
		:: else
		fi;
		if
		:: losses > 0 -> losses--
		:: near_ack ! at
		fi;
		at = 0 }
	od
}

proctype receiver() {
	byte place, seq, size, i, width;
	bool first_plain, second_plain;
end:	do
	:: atomic { len(far) > 0 && len(far_ack) < 2 -> far ? place, seq, size, first_plain, second_plain;
		do
		:: size > 0 ->
			width = 1;
			if
			:: (seq == FIRST && !first_plain) || (seq == SECOND && !second_plain) -> width = GROWTH + 1
			:: else
			fi;
			i = 0;
			do
			:: i < width ->
				assert(place < expected || (place == TRUE_PLACE(seq) + i && place < OUT));
				has[place] = true;
				place++; i++
			:: else -> break
			od;
			seq++; size--
		:: else -> break
		od;
		do
		:: expected < OUT && has[expected] -> expected++
		:: else -> break
		od;
		if
		:: losses > 0 -> losses--
		:: far_ack ! expected
		fi;
		place = 0; seq = 0; i = 0; width = 0; first_plain = false; second_plain = false }
	od
}

init {
	atomic { run sender(); run middlebox(); run receiver() }
}

ltl arrives { <> (una == BYTES && expected == OUT) }
