exec node "$(dirname "$0")/chat.js" "$@"
