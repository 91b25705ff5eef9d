exec python3 "$(dirname "$0")/chat.py" "$@"
