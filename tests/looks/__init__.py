"""Pictures of everything a person sees: `make looks` draws every window, page and paper into ``build/looks``."""
