# Sourced by ./atalaya and ./verify. POSIX sh.
#
# find_jdk sets and exports JAVA_HOME to a JDK that can build and run Atalaya, or explains on standard error how to
# get one and returns 1. Looked at in this order: ATALAYA_JAVA_HOME (binding when set), JAVA_HOME, java on the PATH,
# then where package managers put JDKs.

minimum_jdk=25

# Prints the feature number (25 for 25.0.3) of the JDK at $1; fails when there is none.
jdk_feature() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    sed -n 's/^JAVA_VERSION="\([0-9][0-9]*\).*/\1/p' "$1/release"
}

suitable_jdk() {
    feature=$(jdk_feature "$1") || return 1
    [ "${feature:-0}" -ge "$minimum_jdk" ]
}

# Prints $1 with every symbolic link of its last component followed.
follow_links() {
    link=$1
    while [ -L "$link" ]; do
        target=$(readlink "$link")
        case $target in
            /*) link=$target ;;
            *) link=$(dirname "$link")/$target ;;
        esac
    done
    printf '%s\n' "$link"
}

find_jdk() {
    if [ -n "${ATALAYA_JAVA_HOME:-}" ]; then
        if suitable_jdk "$ATALAYA_JAVA_HOME"; then
            JAVA_HOME=$ATALAYA_JAVA_HOME
            export JAVA_HOME
            return 0
        fi
        echo "ATALAYA_JAVA_HOME: $ATALAYA_JAVA_HOME (expected: the home of a JDK >= $minimum_jdk)" >&2
        return 1
    fi
    on_path=$(command -v java 2>/dev/null) || on_path=
    if [ -n "$on_path" ]; then
        on_path=$(dirname "$(dirname "$(follow_links "$on_path")")")
    fi
    for candidate in "${JAVA_HOME:-}" "$on_path" \
        /usr/lib/jvm/* /opt/*jdk* /opt/java/* \
        "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        if [ -n "$candidate" ] && suitable_jdk "$candidate"; then
            JAVA_HOME=$candidate
            export JAVA_HOME
            return 0
        fi
    done
    echo "Atalaya needs a JDK >= $minimum_jdk and found none: install one (a package such as temurin-25-jdk or" \
        "openjdk-25-jdk, or 'sdk install java 25-tem') or point ATALAYA_JAVA_HOME at one." >&2
    return 1
}

# Options for Maven's own JVM, which find_jdk guarantees to know them: without them the libraries inside Maven make a
# recent JVM print warnings that have nothing to do with this project.
maven_jvm_options='--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED'

# Fails with one line when there is no Maven.
require_maven() {
    command -v mvn >/dev/null 2>&1 && return 0
    echo "Atalaya is built by Maven >= 3.8 and there is no mvn on the PATH: install it (apt install maven, brew install maven, sdk install maven)." >&2
    return 1
}
