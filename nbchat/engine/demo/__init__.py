"""The model `demo`: no key, no network; it answers in process, over a real wire format."""
