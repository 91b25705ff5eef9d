exec "$(dirname "$0")/chat" "$@"
