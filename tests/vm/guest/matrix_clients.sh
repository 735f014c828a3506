# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts of matrix.sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# The programs of the matrix: two servers, three players and two publishers. A program ends by itself when it has played
# or published for $play_seconds, else after $client_limit.

readonly sine=sine=440:r=8000:samples_per_frame=160 # 50 packets a second
readonly client_limit=25 # seconds; starting many programs at the same time takes half of them

# as_nobody NAMESPACE LOG COMMAND...: as begin_quietly; VLC does not run as root.
as_nobody() {
	begin_quietly "$1" "$2" setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp/nobody "${@:3}"
}

readonly vlc_file=/tmp/tracks.mkv
make_tracks() {
	ffmpeg -nostdin -loglevel error -f lavfi -i "$sine" -f lavfi -i "$sine" -map 0 -map 1 -c:a:0 pcm_alaw -c:a:1 pcm_mulaw \
		-t 120 $vlc_file
}

# restart_vlc_server: two tracks like gst-rtsp-server's, from a file: at its end, sessions end too.
restart_vlc_server() {
	local log=$VM_RESULTS/vlc-server.log
	[[ -z $vlc_server_pid ]] || stop "$vlc_server_pid"
	as_nobody server "$log" vlc -I dummy -vv --sout-all --loop $vlc_file \
		--sout "#rtp{sdp=rtsp://:$vlc_port/test}" --sout-keep
	vlc_server_pid=$begun
	wait_for 20 grep -qs 'adding.*trackID=1' "$log"
}

# make_transport_stream FILE: what /stream=0 sends.
make_transport_stream() {
	ffmpeg -nostdin -loglevel error -f lavfi -i sine=440:r=32000 -c:a mp2 -b:a 32k -muxrate 75200 -t 10 -f mpegts "$1"
}

# start_session NAME SIDE FAMILY SERVER TRANSPORT CLIENT PORT: in the background, pid in $begun.
start_session() {
	local log=$dir/$1.log ns url path=/test
	ns=$(client_of "$2")
	case $6 in *-publish | rtspclientsink) path=/record/$1 ;; vlc) path=/stream=0/stream=0 ;; esac
	url=$(url_of "$2" "$3" "$([[ $4 == gst ]] && echo "$gst_port" || echo "$vlc_port")")$path
	"program_$6" "$5" "$ns" "$url" "$7" "$log"
}

# limited NAMESPACE LOG COMMAND...
limited() { begin_quietly "$1" "$2" timeout --foreground -s INT -k 4 "$client_limit" "${@:3}"; }

program_ffmpeg() {
	limited "$2" "$5" ffmpeg -hide_banner -nostdin -loglevel verbose -rtsp_transport "$1" \
		-min_port "$4" -max_port $(($4 + 3)) -i "$3" -map 0 -c copy -t "$play_seconds" -f null -
}

program_rtspsrc() { limited "$2" "$5" python3 player.py "$3" "$1" "$4" $((play_seconds * 50)); }

# Debian's VLC is built without live555. What it has for RTSP is the receiver of SAT>IP, which takes one MPEG transport
# stream over UDP and IPv4.
program_vlc() {
	rm -f "$5.ts"
	begin_quietly "$2" "$5" timeout --foreground -s INT -k 4 $((client_limit / 2)) \
		setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp/nobody \
		vlc -I dummy -vv --demux dump --demuxdump-file "/tmp/nobody/${5##*/}.ts" "satip${3#rtsp}" vlc://quit
}

program_ffmpeg-publish() {
	limited "$2" "$5" ffmpeg -hide_banner -nostdin -loglevel verbose \
		-re -f lavfi -i "$sine" -re -f lavfi -i "$sine" \
		-map 0 -map 1 -c pcm_alaw -t "$play_seconds" -f rtsp -rtsp_transport "$1" \
		-min_port "$4" -max_port $(($4 + 3)) "$3"
}

program_rtspclientsink() {
	local live="is-live=true samplesperbuffer=160 num-buffers=$((play_seconds * 50)) ! audio/x-raw,rate=8000,channels=1"
	# shellcheck disable=SC2086 # words
	limited "$2" "$5" gst-launch-1.0 -e rtspclientsink name=sink "location=$3" "protocols=$1" latency=100 \
		audiotestsrc freq=440 $live ! alawenc ! sink.sink_0 \
		audiotestsrc freq=660 $live ! alawenc ! sink.sink_1
}

# end_vlc PID NAME: it would play on, and costs much.
end_vlc() {
	wait_for $((client_limit / 2)) vlc_has_enough "$2"
	stop "$1" INT
}
vlc_has_enough() {
	pause 0.4
	(($(counted "$1" vlc) >= 2 * enough))
}

# counted NAME CLIENT: packets of each track that the receiving program itself says it got.
counted() {
	local log=$dir/$1.log
	case $2 in
	ffmpeg) sed -n 's/.*Input stream #0:[01] (audio): \([0-9]*\) packets read.*/\1/p' "$log" ;;
	rtspsrc) sed -n 's/^audio[01]: \([0-9]*\) packets$/\1/p' "$log" ;;
	vlc) echo $(($(stat -c %s "/tmp/nobody/$1.log.ts" 2>/dev/null || echo 0) / 188)) ;;
	*) sed -n "s|^RECORDED /record/$1 ||p" "$VM_RESULTS/server.log" | tail -n 1 ;;
	esac | paste -sd' '
}
