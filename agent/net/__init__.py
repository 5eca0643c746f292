"""The line to the relay and what hangs on it; everything in here runs on the one asyncio thread."""
