"""The real programs in real windows on virtual displays: the whole path, bad days, and the demo."""
