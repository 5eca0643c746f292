"""The console's sockets: the link to the relay, each session's line, the first start; all on one thread."""
