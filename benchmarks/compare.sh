#!/bin/sh
# Measures the gateway against the least work that a server can do for the same job, in the same minutes.
#
#   benchmarks/compare.sh [--rounds N] SCENARIO...
#
#   a1k   one audience of 1,000, 60 events/s one by one    a10k  one audience of 10,000, 6 events/s
#   d     1,000 audiences of ten, 3,000 events/s           max   one audience of 1,000, as fast as it goes
#   batch one audience of 1,000, batches of 16, as fast as it goes (the limit: one by one)
#   ingest-1 ingest-100 ingest-1000   durable publishing in requests of so many events: as fast as it goes, then half of what is asked
#   durable  1,000 durable events/s to 1,000 sessions in 100 audiences of ten: from publish to receive
#   replay   ten sessions that each come back to some 200,000 events: events a second, all together
#   idle  19,000 idle sessions: memory                     connect  token-bearing connects, cold and warm
#   console  19,000 sessions: CPU with and without somebody who looks at the console, in turn
#
# Server on core 0, load on core 1, loopback only, bounded in time. Needs gcc, taskset, openssl, curl and ./atalaya.
# One line of JSON a run goes to benchmarks/target/compare.jsonl; a summary to standard output.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/benchmarks/target
lab=$out/lab
port=9701
limit_port=9700
rounds=3

say() { printf '%s\n' "$*" >&2; }

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# table_token SESSION: a table token as the gateway's own `token table` makes them
table_token() {
    now=$(date +%s)
    head=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url)
    body=$(printf '{"tenant_id":1,"branch_id":1,"table_id":7,"session_id":%s,"type":"table","iss":"integrador:table","aud":"integrador:diner","iat":%s,"exp":%s}' \
        "$1" "$now" $((now + 10800)) | base64url)
    signature=$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -hmac "$TABLE_TOKEN_SECRET" -binary | base64url)
    printf '%s.%s.%s' "$head" "$body" "$signature"
}

start_gateway() {
    ! curl -s "http://127.0.0.1:$port/" >/dev/null || { say "port $port is taken"; exit 1; }
    export WS_HOST=127.0.0.1 WS_PORT=$port MANAGEMENT_PORT=0 WS_DRAIN_SECONDS=0 \
        DATA_DIR="$out/data" WS_MAX_TOTAL_CONNECTIONS=60000 WS_MAX_DINERS_PER_SESSION=60000 WS_HEARTBEAT_TIMEOUT=600
    taskset -c 0 "$root/atalaya" run >"$out/gateway.log" 2>&1 &
    server=$!
    tries=0
    until curl -fs "http://127.0.0.1:$port/ws/health" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || { kill "$server"; say "the gateway did not start: $out/gateway.log"; exit 1; }
        sleep 0.1
    done
}

start_limit() {
    taskset -c 0 "$lab/limit" -p $limit_port &
    server=$!
    sleep 0.3
}

stop_server() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}

load() { taskset -c 1 "$lab/wsload" --pid "$server" "$@"; }

# limit NAME CONNECTIONS TOPICS MORE...
on_limit() {
    name=$1 connections=$2 topics=$3
    shift 3
    start_limit
    load --name "limit-$name" --url "ws://127.0.0.1:$limit_port/sub/%d" -c "$connections" --topics "$topics" \
        --pub "http://127.0.0.1:$limit_port/pub/%d" --size 260 "$@" | tee -a "$out/compare.jsonl"
    stop_server
}

# on_gateway NAME CONNECTIONS TOPICS MORE...: session 1N is topic N
on_gateway() {
    name=$1 connections=$2 topics=$3
    shift 3
    start_gateway
    urls=$out/urls-$topics
    if [ ! -f "$urls" ]; then
        n=0
        while [ $n -lt "$topics" ]; do
            echo "ws://127.0.0.1:$port/ws/diner?table_token=$(table_token "1$n")"
            n=$((n + 1))
        done >"$urls"
    fi
    load --name "atalaya-$name" --url-file "$urls" -c "$connections" --topics "$topics" \
        --pub "http://127.0.0.1:$port/api/v1/events" --pub-header "Authorization: Bearer $key" \
        --pub-header "Content-Type: application/json" \
        --pre '{"type":"ROUND_SERVED","tenant_id":1,"branch_id":1,"session_id":1%d,"v":1,"entity":' --post '}' \
        --size 260 "$@" | tee -a "$out/compare.jsonl"
    curl -fs "http://127.0.0.1:$port/ws/metrics?view=atalaya" >"$out/metrics-$name.txt" || true
    stop_server
}

# windows RATE: five windows of four seconds at a rate, after fifteen seconds in which the code warms up
windows() { echo "--phase rate:$1:15:4 --phase rate:$1:1:4 --phase rate:$1:1:4 --phase rate:$1:1:4 --phase rate:$1:1:4"; }

# The median of a figure over the windows of a phase: one window may meet a compiler thread or a core that fell asleep.
figure() {
    grep -o '"phase":"[^}]*' | grep "^\"phase\":\"$1\"" | sed "s/.*\"$2\":\([0-9.]*\).*/\1/" | sort -n |
        awk '{ v[NR] = $1 } END { if (NR % 2) print v[(NR + 1) / 2]; else print (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

compare() {
    scenario=$1 connections=$2 topics=$3 phase=$4
    shift 4
    round=1
    while [ $round -le "$rounds" ]; do
        a=$(on_limit "$scenario" "$connections" "$topics" "$@" | figure "$phase" cpu_us_per_delivery)
        b=$(on_gateway "$scenario" "$connections" "$topics" $extra "$@" | figure "$phase" cpu_us_per_delivery)
        echo "$scenario round $round: limit $a us, atalaya $b us per delivery, ratio $(echo "$a $b" | awk '{printf "%.2f", $2/$1}')"
        round=$((round + 1))
    done
}

# The same 19,000 connections four times on one process: the first wave finds a cold JVM.
connect_waves() {
    start_gateway
    url="ws://127.0.0.1:$port/ws/diner?table_token=$(table_token 10)"
    for wave in 1 2 3 4; do
        load --name "atalaya-connect-$wave" --url "$url" -c 19000 --phase idle:1 | tee -a "$out/compare.jsonl" |
            sed "s/.*\"cpu_us_per_connect\":\([0-9.]*\).*/connect, wave $wave: \1 us of CPU/"
        sleep 4
    done
    stop_server
}

# publish NAME MORE...
publish() {
    name=$1
    shift
    taskset -c 1 "$lab/ingest" --name "$name" --port "$port" --key "$key" --pid "$server" -c 64 --size 300 "$@" |
        tee -a "$out/compare.jsonl"
}

member() { sed "s/.*\"$1\":\([0-9.]*\).*/\1/"; }

# half_of_target EVENTS: half of the events a second that are asked of requests of so many
half_of_target() {
    case $1 in
        1000) echo 50000 ;;
        100) echo 30000 ;;
        *) echo 5000 ;;
    esac
}

# ingest EVENTS: the gateway on its embedded defaults, a new data directory each round
ingest() {
    round=1
    while [ $round -le "$rounds" ]; do
        DATA_DIR=$(mktemp -d "$out/data.XXXXXX")
        export DATA_DIR
        start_gateway
        top=$(publish "ingest-$1" --batch "$1" --warm 20 --seconds 10 | member events_per_s)
        half=$(publish "ingest-$1-half" --batch "$1" --warm 2 --seconds 8 --rate "$(half_of_target "$1")" | member p99_ms)
        drained=$(drain_seconds)
        echo "ingest-$1 round $round: $top events/s acknowledged; at $(half_of_target "$1") events/s p99 $half ms; backlog drained after $drained s"
        stop_server
        rm -rf "$DATA_DIR"
        round=$((round + 1))
    done
}

# How long the archive still needs, at most 60 s.
drain_seconds() {
    waited=0
    while [ $waited -lt 60 ]; do
        behind=$(curl -fs "http://127.0.0.1:$port/ws/metrics?view=atalaya" | sed -n 's/^atalaya_archive_backlog_events \([0-9]*\).*/\1/p')
        [ "${behind:-1}" != 0 ] || break
        sleep 1
        waited=$((waited + 1))
    done
    echo $waited
}

# From publishing to receiving, each event committed before it is delivered.
durable() {
    round=1
    while [ $round -le "$rounds" ]; do
        on_gateway durable 1000 100 --window 64 --pub-conns 32 --phase rate:1000:15:10 |
            sed 's/.*"lat":{[^}]*"p50_us":\([0-9.]*\)[^}]*"p99_us":\([0-9.]*\).*/durable: publish to client p50 \1 us, p99 \2 us/'
        round=$((round + 1))
    done
}

sent() { curl -fs "http://127.0.0.1:$port/ws/metrics?view=atalaya" | awk '/^atalaya_deliveries_total\{[^}]*state="sent"/ { n += $NF } END { printf "%d\n", n }'; }

archived() { curl -fs "http://127.0.0.1:$port/ws/metrics?view=atalaya" | sed -n 's/^atalaya_archive_events{state="archived"} \([0-9]*\).*/\1/p'; }

replay() {
    DATA_DIR=$(mktemp -d "$out/data.XXXXXX")
    export DATA_DIR
    start_gateway
    cursor=$(curl -fs "http://127.0.0.1:$port/api/v1/events" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
        -d '{"type":"ROUND_SERVED","tenant_id":1,"branch_id":1,"session_id":10}' | sed 's/.*"cursor":"\([^"]*\)".*/\1/')
    publish replay --batch 1000 --warm 0 --seconds 4 --rate 50000 \
        --pre '{"type":"ROUND_SERVED","tenant_id":1,"branch_id":1,"session_id":10,"v":1,"entity":' >"$out/replay.json"
    say "the archive has taken them after $(drain_seconds) s"
    wanted=$((($(archived) - 1) * 10))
    load --name replay --url "ws://127.0.0.1:$port/ws/diner?table_token=$(table_token 10)&since=$cursor" -c 10 --phase idle:60 >/dev/null &
    loader=$!
    started=$(date +%s%N)
    until [ "$(sent)" -ge "$wanted" ] || [ $(($(date +%s%N) - started)) -gt 60000000000 ]; do sleep 0.2; done
    took=$((($(date +%s%N) - started) / 1000000))
    echo "replay: $(sent) of $wanted events in $took ms: $(($(sent) * 1000 / took)) events/s to ten sessions"
    kill "$loader" && wait "$loader" || true
    stop_server
    rm -rf "$DATA_DIR"
}

# CPU time of the server in ticks of 10 ms, user and system; and of the thread that gathers for the console, in ns.
ticks() { sed 's/.*) //' "/proc/$server/stat" | awk '{ print $12 + $13 }'; }

gatherer() { cut -d ' ' -f 1 "$(dirname "$(grep -l atalaya-live /proc/"$server"/task/*/comm)")/schedstat"; }

# look ADDRESS SECONDS: reads the console's stream, as a page does
look() { curl -Nfs --max-time "$2" "$1/api/v1/live" >>"$out/live.txt" || true; }

# spent SECONDS: ticks of the process and ns of the gathering thread in so many seconds
spent() {
    before=$(ticks) gathered=$(gatherer)
    sleep "$1"
    echo "$(($(ticks) - before)) $(($(gatherer) - gathered))"
}

# Windows with and without a viewer take turns, so that what drifts meets both. Nobody is pinged meanwhile: the first round of
# pings is compiled for seconds, and later ones meet some windows and not others. What the connects have left to the compilers
# is waited for.
console() {
    seconds=14
    pairs=4
    export WS_PING_INTERVAL=0
    start_gateway
    unset WS_PING_INTERVAL
    management=http://127.0.0.1:$(sed -n 's/.*management_port="\([0-9]*\)".*/\1/p' "$out/gateway.log")
    taskset -c 1 "$lab/wsload" --pid "$server" --name console -c 19000 --phase idle:300 \
        --url "ws://127.0.0.1:$port/ws/diner?table_token=$(table_token 10)" >/dev/null &
    loader=$!
    until curl -fs "$management/api/v1/sessions?limit=1" | grep -q '"total":19000'; do sleep 0.5; done
    sleep 40
    : >"$out/live.txt"
    {
        echo "alone $(spent $seconds)"
        look "$management" 65 &
        echo "cold $(spent $seconds)"
        sleep 53
        pair=1
        while [ $pair -le $pairs ]; do
            sleep 1
            echo "without $(spent $seconds)"
            look "$management" $((seconds + 3)) &
            sleep 1
            echo "with $(spent $seconds)"
            sleep 3
            pair=$((pair + 1))
        done
    } | tee "$out/console.txt" | awk -v seconds=$seconds '
        function median(of, n,    i, j, t) {
            for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (of[j] < of[i]) { t = of[i]; of[i] = of[j]; of[j] = t }
            return n % 2 ? of[(n + 1) / 2] : (of[n / 2] + of[n / 2 + 1]) / 2
        }
        { share = $2 / seconds; thread = $3 / seconds / 1e7 }
        $1 == "alone" { alone = share }
        $1 == "cold" { printf "console: in its first %d seconds the stream costs %.2f %% of a core\n", seconds, share - alone }
        $1 == "without" { without[++a] = share; quiet[a] = thread }
        $1 == "with" { with[++b] = share; watched[b] = thread; more[b] = share - without[a]; all = all sprintf(" %+.2f", more[b]) }
        END {
            printf "console: warm, the stream costs %.2f %% of a core, the median of%s\n", median(more, b), all
            printf "console: warm, the process takes %.2f %% without and %.2f %% with a viewer; of that the gathering thread %.2f and %.2f %%\n",
                median(without, a), median(with, b), median(quiet, a), median(watched, b)
        }'
    echo "console: $(grep -c '^event: tick' "$out/live.txt") ticks were read"
    kill "$loader" && wait "$loader" || true
    stop_server
}

scenario() {
    extra=
    case $1 in
        a1k) compare a1k 1000 1 rate --window 16 --pub-conns 8 --phase max:15:2 $(windows 60) ;;
        a10k) compare a10k 10000 1 rate --window 16 --pub-conns 8 --phase max:15:2 $(windows 6) ;;
        d) compare d 10000 1000 rate --window 64 --pub-conns 32 --phase max:15:2 $(windows 3000) ;;
        max) compare max 1000 1 max --window 16 --pub-conns 8 --phase max:15:6 ;;
        batch) extra="--batch 16" && compare batch 1000 1 max --window 128 --pub-conns 8 --phase max:15:6 ;;
        durable) durable ;;
        replay) replay ;;
        idle) on_gateway idle 19000 1 --settle 5 --phase idle:10 | sed 's/.*"rss_per_conn_bytes":\([0-9.]*\).*/idle: \1 bytes resident a session/' ;;
        connect) connect_waves ;;
        console) console ;;
        ingest-1 | ingest-100 | ingest-1000) ingest "${1#ingest-}" ;;
        *) say "unknown scenario: $1 (expected: a1k, a10k, d, max, batch, durable, replay, idle, connect, console, ingest-1, ingest-100, ingest-1000)"; exit 2 ;;
    esac
}

while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2 && shift 2 ;;
        --help) sed -n '2,16s/^# \{0,1\}//p' "$0" && exit 0 ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || { say "usage: benchmarks/compare.sh [--rounds N] SCENARIO..."; exit 2; }

mkdir -p "$out"
rm -rf "$lab" "$out"/urls-*
cp -r "$root/benchmarks/lab" "$lab"
make -s -C "$lab"
"$root/atalaya" --version >/dev/null # builds now what would otherwise be built while measuring
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null' EXIT
JWT_SECRET=$(openssl rand -hex 32)
TABLE_TOKEN_SECRET=$(openssl rand -hex 32)
key=$(openssl rand -hex 16)
INGEST_API_KEYS=$key=1
export JWT_SECRET TABLE_TOKEN_SECRET INGEST_API_KEYS
ulimit -n 20000 2>/dev/null || true
for name in "$@"; do scenario "$name"; done
