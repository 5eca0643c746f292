"""The console's sockets: the link to the relay, each session's line, the first start. All on one thread of their own."""
