"""One session as the console sees it: its stages, and the conversation inside the tunnel. Pure."""
